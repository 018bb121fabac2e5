import pickle


class Total:
    def __init__(self, words):
        self.value = sum(map(int, words))


input()
print(pickle.loads(pickle.dumps(Total(input().split()))).value)
