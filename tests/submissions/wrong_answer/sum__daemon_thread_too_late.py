import threading
import time

input()
words = input().split()


def late():
    time.sleep(30)
    print(sum(map(int, words)))


threading.Thread(target=late, daemon=True).start()
