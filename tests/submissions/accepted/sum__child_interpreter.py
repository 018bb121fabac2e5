import subprocess
import sys

code = "import sys; print(sum(map(int, sys.stdin.read().split()[1:])))"
print(subprocess.run([sys.executable, "-c", code], input=sys.stdin.read(), capture_output=True, text=True).stdout)
