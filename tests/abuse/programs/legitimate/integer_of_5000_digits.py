# expect: exited 0
# stdout: 5000 True
text = str(10**4999)
print(len(text), int(text) == 10**4999)
