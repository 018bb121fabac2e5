# expect: exited 0
# stdout: contained
# limits: cpu_time_s=30 memory_mb=256
# jail: any
# More than can be wiped in time: the jail is replaced.
for index in range(6000):
    open(f"/tmp/{index}", "x").close()
print("contained")
