"""What is done with rows: rows in, rows out, one stage a module."""
