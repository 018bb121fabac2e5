def main():
    input()
    print(sum(map(int, input().split())))
    exit()


main()
