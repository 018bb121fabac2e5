while True:
    print("ready " * 1000)
