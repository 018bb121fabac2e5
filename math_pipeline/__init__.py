"""Judges math answers. Its rooms come with the math issue; until then rows of math stop a run with a sentence."""
