"""gdb's commands for Stoa; loaded by load.py."""
