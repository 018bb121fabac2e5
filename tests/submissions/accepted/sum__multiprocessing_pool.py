import multiprocessing


def part(numbers):
    return sum(numbers)


if __name__ == "__main__":
    input()
    numbers = list(map(int, input().split()))
    with multiprocessing.Pool(3) as pool:
        print(sum(pool.map(part, [numbers[0::3], numbers[1::3], numbers[2::3]])))
