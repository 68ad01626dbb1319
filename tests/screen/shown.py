"""A boot of the ISO on a machine with a screen, whose picture can be looked at."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import screendump
from conftest import ROOT  # also puts tools/ on the path
from stoalib import rundisk

_PROMPT = b"(qemu) "
_OVMF = "/usr/share/OVMF/OVMF_{}_4M.fd"


class Shown:
    """QEMU with the ISO and a disk that chooses one of its menu's entries.

    entry: its id in grub.cfg, or None for the default; words: the kernel's command line; grub:
    lines of run.cfg instead of those; serial: is there COM1, with the log?; options: QEMU's."""

    def __init__(self, iso, entry=None, words="", *, grub=(), serial=True, uefi=False, files=(),
                 options=("-vga", "std"), cpus=1, cpu="max"):
        self._folder = tempfile.TemporaryDirectory(prefix="stoa-shown.")
        self._choose(entry, words, grub, files)
        self._command = [
            *("nice", "qemu-system-x86_64", "-machine", "q35", "-cpu", cpu, "-smp", str(cpus)),
            *("-m", "256M", "-nodefaults", "-display", "none", "-no-reboot", "-accel", "tcg"),
            *("-cdrom", str(iso), "-drive", f"if=none,id=run,format=raw,file={self._path('img')}"),
            *("-device", "ide-hd,bus=ide.1,drive=run", "-boot", "d"),
            *("-monitor", f"unix:{self._path('monitor')},server=on,wait=off"),
            *("-serial", f"file:{self._path('com1')}" if serial else "none"),
            *(self._uefi() if uefi else ()),
            *options,
        ]

    def _path(self, name):
        return os.path.join(self._folder.name, name)

    def _choose(self, entry, words, grub, files):
        """The disk with run.cfg."""
        stage = self._path("disk")
        os.mkdir(stage)
        lines = list(grub)
        lines += [f"set default={entry}"] if entry else []
        lines += [f"set words='{words}'"] if words else []
        with open(os.path.join(stage, "run.cfg"), "w", encoding="ascii") as file:
            file.write("\n".join([*lines, ""]))
        for extra in files:
            shutil.copy(extra, stage)
        rundisk.write_image(self._path("img"), stage)

    def _uefi(self):
        own = self._path("vars.fd")
        shutil.copyfile(_OVMF.format("VARS"), own)
        code = _OVMF.format("CODE")
        return (
            *("-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={code}"),
            *("-drive", f"if=pflash,unit=1,format=raw,file={own}"),
        )

    def __enter__(self):
        self._run = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, cwd=ROOT)
        end = time.monotonic() + 20
        while True:
            self._socket = socket.socket(socket.AF_UNIX)
            try:
                self._socket.connect(self._path("monitor"))
                break
            except OSError:
                self._socket.close()
                assert self._run.poll() is None and time.monotonic() < end, "QEMU has no monitor"
                time.sleep(0.05)
        self._socket.settimeout(30)
        self._answer()
        return self

    def __exit__(self, *_):
        self._socket.close()
        if self._run.poll() is None:
            self._run.send_signal(signal.SIGTERM)
        self._run.wait(timeout=20)
        self._folder.cleanup()

    def _answer(self):
        answer = b""
        while not answer.endswith(_PROMPT):
            piece = self._socket.recv(1 << 16)
            assert piece, "QEMU has ended"
            answer += piece

    def command(self, text):
        """Have QEMU's monitor do this."""
        self._socket.sendall(text.encode() + b"\n")
        self._answer()

    def log(self):
        """What came out of COM1 so far: the log, and what programs wrote."""
        with open(self._path("com1"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def picture(self):
        """What the screen shows now."""
        path = self._path("ppm")
        self.command(f'screendump "{path}"')
        return screendump.Picture(path)

    def vga_text(self):
        """The lines of the VGA's text screen."""
        path = self._path("cells")
        self.command(f'pmemsave 0xb8000 4000 "{path}"')
        with open(path, "rb") as file:
            text = file.read()[::2].decode("cp437")
        return [text[at : at + 80].rstrip() for at in range(0, 2000, 80)]

    def wait_for(self, pattern, lines=None, seconds=60):
        """Wait until a line that the screen shows matches; all its lines. lines: how to get them."""
        lines = lines or (lambda: self.picture().text())
        end = time.monotonic() + seconds
        while True:
            shown = lines()
            if any(re.search(pattern, line) for line in shown):
                return shown
            assert time.monotonic() < end, f"no {pattern!r} on the screen:\n" + "\n".join(shown)
            time.sleep(0.3)
