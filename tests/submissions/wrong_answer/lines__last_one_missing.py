print("\n".join(f"line {k}" for k in range(int(input()) - 1)))
