import threading
import time

input()
numbers = input().split()


def late():
    time.sleep(0.05)
    print(sum(map(int, numbers)))


threading.Thread(target=late).start()
