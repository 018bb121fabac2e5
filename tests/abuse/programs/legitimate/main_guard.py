# expect: exited 0
# stdout: fine
def main():
    print("fine")


if __name__ == "__main__":
    main()
