"""Ways to open a jail, and the kernel's means that they use: one concern a file."""
