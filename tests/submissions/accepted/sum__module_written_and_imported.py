with open("adder.py", "w") as out:
    out.write("def add(words):\n    return sum(map(int, words))\n")

import adder

input()
print(adder.add(input().split()))
