"""interact.py INPUT ANSWER FEEDBACK_DIR: the team's guesses on stdin, the answers to them on stdout."""
import sys

ACCEPTED, WRONG = 42, 43


def decide(code, message):
    with open(sys.argv[3] + "judgemessage.txt", "w") as file:
        file.write(message + "\n")
    sys.exit(code)


with open(sys.argv[1]) as file:
    secret = int(file.read())
for turn in range(10):
    line = sys.stdin.readline()
    try:
        guess = int(line)
    except ValueError:
        decide(WRONG, f"guess {turn + 1} is no number")
    if guess == secret:
        print("correct", flush=True)
        decide(ACCEPTED, f"{turn + 1} guesses")
    print("lower" if guess > secret else "higher", flush=True)
decide(WRONG, "ten guesses were not enough")
