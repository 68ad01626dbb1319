"""The kernel's monitor at the other end of the serial line."""

import re
import threading
import time

from qemu import ProgramRun

PROMPT = "monitor> "


class SerialLine(ProgramRun):
    """A run whose serial line with the log is at hand, beside QEMU's monitor."""

    def __init__(self, builds, program, options, build="release", arguments=()):
        super().__init__(builds, program, options, build, arguments)
        self._line_path = self._path("line")
        self._command[1:1] = ["--line", self._line_path]
        self._said = b""  # all that came
        self._at = 0  # so much of it has been looked at

    def __enter__(self):
        super().__enter__()
        self._line = self._connect(self._line_path)
        self._line.settimeout(None)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        return self

    def __exit__(self, *exception):
        super().__exit__(*exception)
        self._listener.join(timeout=20)
        self._line.close()

    def _listen(self):
        while piece := self._line.recv(1 << 16):
            self._said += piece

    def runs(self):
        """Has the run not ended yet?"""
        return self._run.poll() is None

    def log(self):
        """All that came: the line must be read, or the kernel waits for it."""
        return self._said.decode("utf-8", "replace")

    def send(self, text):
        """Type that, a string of bytes' values."""
        self._line.sendall(text.encode("latin-1"))

    def read_to(self, end, seconds=20):
        """What has come since the last call, up to and including that text."""
        limit = time.monotonic() + seconds
        while (found := self._said.find(end.encode(), self._at)) < 0:
            assert time.monotonic() < limit, self._said[self._at :]
            time.sleep(0.005)
        start, self._at = self._at, found + len(end)
        return self._said[start : self._at].decode("utf-8", "replace")

    def enter(self, keys="\x0f\x0f"):
        """Enter the monitor by these keys; what it says."""
        self.send(keys)
        return self.read_to(PROMPT)

    def ask(self, command):
        """A command's output, its lines; lines of the log that come in between are left out."""
        self.send(command + "\r")
        lines = self.read_to("\n" + PROMPT).removesuffix(PROMPT).split("\n")
        assert lines[0] == command, lines
        return [line for line in lines[1:] if line and not re.match(r"\[ *\d+\.\d+\] ", line)]
