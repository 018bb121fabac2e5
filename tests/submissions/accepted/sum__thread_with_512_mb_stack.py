import sys
import threading


def total(numbers):
    return numbers[0] + total(numbers[1:]) if numbers else 0


def main():
    input()
    print(total(list(map(int, input().split()))))


sys.setrecursionlimit(1 << 25)
threading.stack_size(512 * 1024 * 1024)
thread = threading.Thread(target=main)
thread.start()
thread.join()
