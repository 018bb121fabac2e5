# expect: exited 0
# stdout: contained
# landlock: scratch
# limits: scratch_mb=64 memory_mb=512
# jail: any
import errno

written = 0
try:
    for index in range(100):
        with open(f"/tmp/{index}", "wb", 0) as file:
            written += file.write(b"x" * (4 << 20))
except OSError as error:
    if error.errno != errno.ENOSPC:
        raise
print("contained" if written <= 64 << 20 else f"escaped: {written}")
