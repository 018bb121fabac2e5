# expect: signaled
# It lowers its own limit: not our time limit.
import resource

resource.setrlimit(resource.RLIMIT_CPU, (0, 0))
while True:
    pass
