from concurrent.futures import ProcessPoolExecutor

if __name__ == "__main__":
    input()
    numbers = list(map(int, input().split()))
    with ProcessPoolExecutor(2) as pool:
        print(sum(pool.map(abs, [x for x in numbers if x > 0])) - sum(pool.map(abs, [x for x in numbers if x < 0])))
