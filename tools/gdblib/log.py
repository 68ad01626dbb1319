"""The command that shows the log."""

import gdb

from gdblib.kernel import Command, static


class Log(Command):
    """usage: stoa log [LINES]
    The kernel's log as its ring holds it; or the last lines of that."""

    name = "log"

    def run(self, lines=None):
        """The text itself."""
        ring, end = static("log.c", "ring"), int(static("log.c", "ring_end"))
        data = bytes(gdb.selected_inferior().read_memory(int(ring.address), ring.type.sizeof))
        text = data[:end]
        if end > len(data):
            # The oldest line has lost its beginning.
            at = end % len(data)
            text = (data[at:] + data[:at]).partition(b"\n")[2]
        told = text.decode("utf-8", "replace").splitlines()
        print("\n".join(told[-int(lines) :] if lines else told))


Log()
