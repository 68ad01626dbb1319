"""Runs of QEMU with a hand on its monitor: of a program, or of the ISO by its menu."""

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


class Qemu:
    """A run of QEMU, ended when the block is left. Heirs say by which command."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="stoa-qemu.")
        self._command = []
        self._kept = {}  # what is still asked for when the block has been left: {name: bytes}

    def _path(self, name):
        """A file of the run's own folder."""
        return os.path.join(self._folder.name, name)

    def _monitor_at(self):
        """What QEMU's option -monitor is to say."""
        return f"unix:{self._path('monitor')},server=on,wait=off"

    def __enter__(self):
        with open(self._path("out"), "wb") as out:
            self._run = subprocess.Popen(
                self._command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out
            )
        self._monitor = self._connect(self._path("monitor"))
        self._answer()
        return self

    def __exit__(self, *_):
        self._monitor.close()
        if self._run.poll() is None:
            self._run.send_signal(signal.SIGTERM)
        self._run.wait(timeout=20)
        self._kept = {name: self._read(name) for name in ("out", "log")}
        self._folder.cleanup()

    def _connect(self, path):
        """A socket of QEMU's, which makes it when it starts."""
        end = time.monotonic() + 20
        while True:
            made = socket.socket(socket.AF_UNIX)
            try:
                made.connect(path)
                made.settimeout(30)
                return made
            except OSError:
                made.close()
                assert self._run.poll() is None and time.monotonic() < end, f"no {path}"
                time.sleep(0.05)

    def _answer(self):
        answer = b""
        while not answer.endswith(_PROMPT):
            piece = self._monitor.recv(1 << 16)
            if not piece:
                raise ConnectionError("the emulator has ended")
            answer += piece
        return answer

    def command(self, text):
        """Have QEMU's monitor do this; its answer. ConnectionError when the emulator has ended."""
        try:
            self._monitor.sendall(text.encode() + b"\n")
            return self._answer().decode()
        except OSError as error:
            raise ConnectionError(str(error)) from error

    def _read(self, name):
        """What has been written to a file of the run's so far."""
        try:
            with open(self._path(name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return self._kept.get(name, b"")

    @property
    def out(self):
        """Standard output so far: bytes."""
        return self._read("out")

    def log(self):
        """The kernel's log so far."""
        return self._read("log").decode("utf-8", "replace")

    def wait_for(self, pattern, seconds=60):
        """Wait until standard output or the log matches."""
        end = time.monotonic() + seconds
        while not re.search(pattern, (told := self.out.decode("utf-8", "replace") + self.log())):
            assert time.monotonic() < end, f"no {pattern!r} in\n{told}"
            time.sleep(0.05)

    # --- the screen ---

    def picture(self):
        """What the screen shows now."""
        path = self._path("ppm")
        self.command(f'screendump "{path}"')
        return screendump.Picture.read(path)

    def text(self):
        """The lines on the framebuffer."""
        return self.picture().text()

    def vga_text(self):
        """The lines of the VGA's text screen."""
        path = self._path("cells")
        self.command(f'pmemsave 0xb8000 4000 "{path}"')
        text = self._read("cells")[::2].decode("cp437")
        return [text[at : at + 80].rstrip() for at in range(0, 2000, 80)]

    def wait_for_line(self, pattern, lines=None, seconds=60):
        """Wait until a line on the screen matches; all lines. lines: reads them, if not text()."""
        end = time.monotonic() + seconds
        while True:
            shown = (lines or self.text)()
            if any(re.search(pattern, line) for line in shown):
                return shown
            assert time.monotonic() < end, f"no {pattern!r} on the screen:\n" + "\n".join(shown)
            time.sleep(0.3)


class ProgramRun(Qemu):
    """A run of tools/stoa-run with these options; standard output is the program's."""

    def __init__(self, builds, program, options, build="release", arguments=()):
        super().__init__()
        self._command = [
            *(str(ROOT / "tools/stoa-run"), "--iso", str(builds.iso(build))),
            *("--log", self._path("log")),
            *("--qemu-arg", "-monitor", "--qemu-arg", self._monitor_at()),
            *(*options, str(builds.program(program)), *arguments),
        ]

    def wait_for_ring_3(self, seconds=40):
        """Wait until CPU 0 executes a program, and the kernel's tasks have nothing to do."""
        end = time.monotonic() + seconds
        seen = 0
        while seen < 5:
            seen = seen + 1 if "CPL=3" in self.command("info registers") else 0
            assert time.monotonic() < end, "not in ring 3 for long"
            time.sleep(0.05)

    def end(self, seconds=60):
        """Wait for the end of the run; stoa-run's status."""
        return self._run.wait(timeout=seconds)


class MenuBoot(Qemu):
    """The ISO, and a disk that chooses an entry of its menu. The log, and what programs write, come
    out of COM1.

    entry: its id in grub.cfg, or None for the default; words: the kernel's command line; grub:
    lines of run.cfg instead of those; files: they are on that disk; alone: there is no such disk;
    serial: is there COM1?; options: QEMU's."""

    def __init__(self, iso, entry=None, words="", *, grub=(), serial=True, uefi=False, files=(),
                 alone=False, options=("-vga", "std"), cpus=1, cpu="max"):
        super().__init__()
        self._choose(entry, words, grub, files)
        disk = ("-drive", f"if=none,id=run,format=raw,file={self._path('img')}")
        disk += ("-device", "ide-hd,bus=ide.1,drive=run")
        self._command = [
            *("nice", "qemu-system-x86_64", "-machine", "q35", "-cpu", cpu, "-smp", str(cpus)),
            *("-m", "256M", "-nodefaults", "-display", "none", "-no-reboot", "-accel", "tcg"),
            *("-cdrom", str(iso), *(() if alone else disk), "-boot", "d"),
            *("-monitor", self._monitor_at()),
            *("-serial", f"file:{self._path('log')}" if serial else "none"),
            *(self._uefi() if uefi else ()),
            *options,
        ]

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
