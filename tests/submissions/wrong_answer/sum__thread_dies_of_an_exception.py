import threading

input()
words = input().split()
thread = threading.Thread(target=lambda: print(sum(words)))
thread.start()
thread.join()
