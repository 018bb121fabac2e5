# expect: exited 0
# stdout: clean
# runs: 2
import os
import resource
import signal

seen = (
    os.nice(0), os.umask(0o777), os.sched_getscheduler(0), len(os.sched_getaffinity(0)), os.getcwd(),
    resource.getrlimit(resource.RLIMIT_NOFILE)[0], signal.pthread_sigmask(signal.SIG_BLOCK, []),
    open("/proc/self/oom_score_adj").read().strip(), open("/proc/self/timerslack_ns").read().strip(),
    signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, open("/proc/self/coredump_filter").read().strip(),
)
expected = (0, 0o22, 0, os.cpu_count() and len(os.sched_getaffinity(os.getppid())), os.environ["TMPDIR"], 256, set(), "1000", "50000", True)
print("clean" if seen[:10] == expected else f"escaped: {seen}")
os.nice(19)
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))
resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
signal.signal(signal.SIGTERM, signal.SIG_IGN)
try:
    open("/proc/self/timerslack_ns", "w").write("999999999")
except PermissionError:
    pass  # /proc is read-only
