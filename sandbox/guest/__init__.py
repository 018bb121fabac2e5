"""The only code that runs inside a jail: standard library, Python 3.9 and later, nothing from outside this folder.

Its modules are sent into the jail as text and loaded there by a bootstrap of a few lines, so no image needs them. The
host imports `wire` and nothing else of it.
"""
