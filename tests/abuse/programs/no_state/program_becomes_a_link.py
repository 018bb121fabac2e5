# expect: exited 0
# stdout: clean
# runs: 3
# The next test's program is written to that name: through a link it would go elsewhere.
import os

os.unlink("/tmp/solution.py")
os.symlink("/tmp/elsewhere", "/tmp/solution.py")
print("clean")
