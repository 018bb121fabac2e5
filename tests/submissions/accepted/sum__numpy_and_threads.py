from concurrent.futures import ThreadPoolExecutor

import numpy as np

input()
numbers = np.array(input().split(), dtype=np.int64)
with ThreadPoolExecutor(4) as pool:
    print(int(sum(pool.map(np.sum, np.array_split(numbers, 4)))))
