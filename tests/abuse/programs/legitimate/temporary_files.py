# expect: exited 0
# stdout: fine
# runs: 2
import os
import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory() as folder, open(os.path.join(folder, "x"), "w+") as file:
    file.write("fine")
    file.seek(0)
    print(file.read(), flush=True)
subprocess.run([sys.executable, "-c", "pass"], check=True)
