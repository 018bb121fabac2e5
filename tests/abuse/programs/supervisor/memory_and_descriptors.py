# expect: exited 0
# stdout: contained
import os

supervisor = os.getppid()  # 1 where there is a PID namespace
found = []
for name in ("mem", "environ", "maps", "auxv", "syscall", "stack", "pagemap", "io", "smaps_rollup"):
    for mode in ("rb", "r+b"):
        try:
            with open(f"/proc/{supervisor}/{name}", mode) as file:
                if mode == "r+b" or name in ("mem", "environ", "maps"):
                    found.append((name, mode, file.read(1) if name != "mem" else "opened"))
        except OSError:
            pass
for name in ("fd", "map_files", "fdinfo"):
    try:
        found += os.listdir(f"/proc/{supervisor}/{name}")
    except OSError:
        pass
for name in ("cwd", "exe", "root"):
    try:
        found.append(os.readlink(f"/proc/{supervisor}/{name}"))
    except OSError:
        pass
print("contained" if not found else f"escaped: {found}")
