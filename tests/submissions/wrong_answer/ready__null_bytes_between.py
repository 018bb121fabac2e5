print("\0".join("ready"))
