# expect: exited 0
# stdout: one\ntwo
print("one", flush=True)
with open("/dev/stdout", "w") as out:
    out.write("two\n")
