# expect: time_limit
# limits: cpu_time_s=0.3
import signal

signal.signal(signal.SIGXCPU, signal.SIG_IGN)
while True:
    pass
