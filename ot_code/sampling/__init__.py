"""Answers sampled from a model's endpoint while they are judged, each paid for once."""
