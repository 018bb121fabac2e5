print("ready", flush=True)
while True:
    print("\n" * 100_000)
