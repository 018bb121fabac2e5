"""What must hold whatever is changed: every kind of jail does the same, and verdicts agree with labelled ground truth.

jails.py is the suite that each kind of jail passes (tests/sandbox/test_conformance.py runs it); labelled.py judges
submissions whose verdicts are known, and test_labelled.py says how far ours must agree with them.
"""
