# expect: exited 0
# stdout: [0, 1, 4, 9]
# limits: cpu_time_s=5
import multiprocessing


def square(n):
    return n * n


if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        print(pool.map(square, range(4)))
