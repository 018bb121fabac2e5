"""A run's output for people: one HTML page, or a row in the terminal."""
