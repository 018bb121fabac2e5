n = int(input())
print("\n".join(f"line {k}" for k in range(n)))
