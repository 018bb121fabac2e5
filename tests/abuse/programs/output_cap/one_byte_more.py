# expect: output_limit
# limits: output_bytes=100000
print("x" * 100000)
