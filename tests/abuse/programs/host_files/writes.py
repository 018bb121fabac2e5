# expect: exited 0
# stdout: contained
import os

done = []
places = ["/", "/usr", "/usr/bin", "/usr/lib", "/etc", "/dev", "/proc", "/opt", "/proc/sys/kernel", "/var", os.__file__[:-5]]
for place in places:
    try:
        os.close(os.open(f"{place}/ot-code-canary", os.O_CREAT | os.O_WRONLY))
        done.append(place)
    except OSError:
        pass
for path in ("/etc/passwd", "/etc/group", "/usr/bin/env", os.__file__, "/proc/sys/kernel/core_pattern", "/dev/null/x"):
    for attempt in (
        lambda path=path: open(path, "r+b").close(),
        lambda path=path: os.chmod(path, 0o777),
        lambda path=path: os.unlink(path),
        lambda path=path: os.rename(path, path + "x"),
        lambda path=path: os.link(path, "/tmp/hard"),
    ):
        try:
            attempt()
            done.append(path)
        except OSError:
            pass
print("contained" if not done else f"escaped: {done}")
