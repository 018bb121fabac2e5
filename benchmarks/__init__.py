"""What ot-code costs, as ratios against named baselines measured in the same run: `python -m benchmarks`."""
