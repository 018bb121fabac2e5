# expect: build_failed
print("CANARY"
