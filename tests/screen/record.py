#!/usr/bin/python3
"""Record what a program writes to a terminal.

usage: record.py OUT ROWS COLUMNS KEYS PROGRAM ARGS...

KEYS is what is typed, a key each 0.2 s, with Python's escapes (\\x1b is ESC); the program should
end by it. So the files in sessions/ were made, of Debian's programs (vim.tiny, vim.basic for colours,
busybox vi, less, and top in a PID namespace of its own), on this project's README.md and
kernel/lib/fmt.c. TERM was linux, or what the file's name says.
"""

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time


def main(out, rows, columns, keys, *command):
    """Run the program in a terminal of its own and write down what it says."""
    keys = keys.encode().decode("unicode_escape").encode("latin-1")
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.setdefault("TERM", "linux")
        os.environ["LANG"] = "C.UTF-8"
        time.sleep(0.2)
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))
    next_key = time.monotonic() + 1
    with open(out, "wb") as file:
        while True:
            readable, _, _ = select.select([terminal], [], [], 0.05)
            try:
                if readable:
                    file.write(os.read(terminal, 1 << 16))
            except OSError:
                break
            if keys and time.monotonic() >= next_key:
                os.write(terminal, keys[:1])
                keys, next_key = keys[1:], time.monotonic() + 0.2
    os.waitpid(pid, 0)


main(*sys.argv[1:])
