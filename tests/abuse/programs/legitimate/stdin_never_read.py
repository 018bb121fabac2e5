# expect: exited 0
# stdout: fine
# stdin: what nobody reads
print("fine")
