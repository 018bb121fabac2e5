import threading

input()
numbers = list(map(int, input().split()))
parts = [0] * 30
gate = threading.Barrier(30)


def work(at):
    gate.wait()
    parts[at] = sum(numbers[at::30])


threads = [threading.Thread(target=work, args=(at,)) for at in range(30)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sum(parts))
