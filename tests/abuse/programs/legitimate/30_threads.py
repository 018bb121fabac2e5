# expect: exited 0
# stdout: 30
import threading

lock, count = threading.Lock(), [0]
barrier = threading.Barrier(30)


def work():
    barrier.wait()
    with lock:
        count[0] += 1


threads = [threading.Thread(target=work) for _ in range(30)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(count[0])
