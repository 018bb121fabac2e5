from parts import mean, read

print(mean(read()))
