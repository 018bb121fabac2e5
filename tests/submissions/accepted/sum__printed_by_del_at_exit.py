class Last:
    def __init__(self, value):
        self.value = value

    def __del__(self):
        print(self.value)


input()
last = Last(sum(map(int, input().split())))
