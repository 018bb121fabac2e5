import signal
import time


class Late(Exception):
    pass


def ring(number, frame):
    raise Late


signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    time.sleep(10)
except Late:
    input()
    print(sum(map(int, input().split())))
