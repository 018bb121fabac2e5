import io


class Output:
    stream = io.BufferedWriter(io.FileIO(1, "w"))


input()
Output.stream.write(b"%d\n" % sum(map(int, input().split())))
