lines = [f"line {k}" for k in range(int(input()))]
lines[-1], lines[-2] = lines[-2], lines[-1]
print("\n".join(lines))
