memory = b"x" * (200 * 1024 * 1024)
input()
print(sum(map(int, input().split())) + len(memory) - 200 * 1024 * 1024)
