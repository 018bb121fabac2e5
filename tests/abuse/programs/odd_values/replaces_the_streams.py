# expect: exited
import sys

sys.stdout = sys.stderr = sys.stdin = sys.excepthook = sys.__stdout__ = None
raise ValueError
