# expect: time_limit
# limits: cpu_time_s=1 wall_time_s=0.6
import subprocess
import sys

subprocess.run([sys.executable, "-S", "-c", "import time; time.sleep(60)"], start_new_session=True)
