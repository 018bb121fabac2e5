words = ["ready", "steady", "go"]
assert list(set(words)) == list(set(words))
assert hash("ready") == hash("".join(["rea", "dy"]))
print("ready")
