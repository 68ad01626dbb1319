"""A boot with a hand on QEMU's monitor: to inject interrupts, and to look at the machine's memory."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time

from conftest import ROOT

_PROMPT = b"(qemu) "


class Monitored:
    """A run of tools/stoa-run; ended when the block is left. Standard output is in `out`."""

    def __init__(self, builds, program, options, build="release", arguments=()):
        self._folder = tempfile.TemporaryDirectory(prefix="stoa-monitor.")
        self._path = os.path.join(self._folder.name, "monitor")
        self._log = os.path.join(self._folder.name, "log")
        self._command = [
            *(str(ROOT / "tools/stoa-run"), "--iso", str(builds.iso(build)), "--log", self._log),
            *("--qemu-arg", "-monitor", "--qemu-arg", f"unix:{self._path},server=on,wait=off"),
            *(*options, str(builds.program(program)), *arguments),
        ]
        self.out = b""

    def __enter__(self):
        self._run = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._socket = self._connect(self._path)
        self._answer()
        return self

    def __exit__(self, *_):
        self._socket.close()
        if self._run.poll() is None:
            self._run.send_signal(signal.SIGTERM)
        self._run.wait(timeout=20)
        self._reader.join(timeout=20)
        self._folder.cleanup()

    def _read(self):
        while piece := os.read(self._run.stdout.fileno(), 1 << 16):
            self.out += piece

    def _connect(self, path):
        end = time.monotonic() + 20
        while True:
            monitor = socket.socket(socket.AF_UNIX)
            try:
                monitor.connect(path)
                monitor.settimeout(20)
                return monitor
            except OSError:
                monitor.close()
                assert self._run.poll() is None and time.monotonic() < end, "QEMU has no monitor"
                time.sleep(0.05)

    def _answer(self):
        answer = b""
        while not answer.endswith(_PROMPT):
            piece = self._socket.recv(1 << 16)
            if not piece:
                raise ConnectionError("the emulator has ended")
            answer += piece
        return answer

    def command(self, text):
        """Have the monitor do this; its answer. ConnectionError when the emulator has ended."""
        try:
            self._socket.sendall(text.encode() + b"\n")
            return self._answer().decode()
        except OSError as error:
            raise ConnectionError(str(error)) from error

    def wait_for(self, pattern, seconds=40):
        """Wait until the program's output, or the log of a kernel without one, matches."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.out + self.log().encode()):
            assert time.monotonic() < end, f"no {pattern!r} in {self.out!r}\n{self.log()}"
            time.sleep(0.05)

    def wait_for_ring_3(self, seconds=40):
        """Wait until CPU 0 executes a program, and the kernel's tasks have nothing to do."""
        end = time.monotonic() + seconds
        seen = 0
        while seen < 5:
            seen = seen + 1 if "CPL=3" in self.command("info registers") else 0
            assert time.monotonic() < end, "not in ring 3 for long"
            time.sleep(0.05)

    def log(self):
        """The kernel's log so far."""
        try:
            with open(self._log, encoding="utf-8", errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def screen(self):
        """The text on the VGA screen, a string a line."""
        path = os.path.join(self._folder.name, "screen")
        self.command(f"pmemsave 0xb8000 4000 \"{path}\"")
        with open(path, "rb") as file:
            cells = file.read()
        text = cells[::2].decode("cp437")
        return [text[at : at + 80].rstrip() for at in range(0, 2000, 80)]

    def end(self, seconds=60):
        """Wait for the end of the run; stoa-run's status."""
        return self._run.wait(timeout=seconds)
