import sys


def main():
    sys.stdin.readline()
    print(sum(map(int, sys.stdin.readline().split())))


if __name__ == "__main__":
    main()
