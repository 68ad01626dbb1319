"""The framebuffer of Bochs, on its X display."""

import os
import re
import subprocess
import time

import pytest
import screendump
from conftest import ROOT  # also puts tools/ on the path
from stoalib import rundisk

BORDER, HEADER = 4, 36  # pixels of Bochs' own to the left of the machine's screen, and above it
LAST = "the first process exited with status 0"
BOCHSRC = """
display_library: x
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
cpu: model=corei7_haswell_4770, count=1, ips=20000000, reset_on_triple_fault=0
memory: guest=256, host=256
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path="{iso}", status=inserted
ata0-slave: type=disk, path="{folder}/disk", mode=flat, cylinders={cylinders}, heads=16, spt=63
boot: cdrom
clock: sync=none
com1: enabled=1, mode=file, dev="{folder}/com1"
log: "{folder}/log"
panic: action=fatal
speaker: enabled=0
"""


@pytest.fixture(name="display")
def _display(tmp_path):
    """An X server whose screen is a file there; its name."""
    here, there = os.pipe()
    command = ["Xvfb", "-displayfd", str(there), "-screen", "0", "1280x1024x24", "-fbdir", tmp_path]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, pass_fds=[there]) as server:
        os.close(there)
        yield ":" + os.read(here, 16).decode().strip()
        os.close(here)
        server.terminate()


def prepare(iso, folder, entry):
    """Write what Bochs reads; its command."""
    stage = folder / "stage"
    stage.mkdir()
    (stage / "run.cfg").write_text(f"set default={entry}\n")
    cylinders = rundisk.write_image(str(folder / "disk"), str(stage))
    text = BOCHSRC.format(iso=iso.resolve(), folder=folder, cylinders=cylinders)
    (folder / "bochsrc").write_text(text)
    (folder / "debugger").write_text("c\n")  # it is built with its debugger, whose prompt waits
    return ["nice", "bochs-bin", "-q", "-f", folder / "bochsrc", "-rc", folder / "debugger"]


def wait_for_text(path, pattern, seconds=120):
    """The lines on the machine's screen, once one matches."""
    end = time.monotonic() + seconds
    while True:
        lines = screendump.Picture.read(path, BORDER, HEADER).text()
        if any(re.search(pattern, line) for line in lines):
            return lines
        assert time.monotonic() < end, "\n".join(lines)
        time.sleep(2)


@pytest.mark.long
@pytest.mark.parametrize("entry", ["bpp32", "bpp16"])
def test_a_framebuffer(builds, display, tmp_path, entry):
    command = prepare(builds.iso(), tmp_path, entry)
    with subprocess.Popen(
        command,
        env={**os.environ, "DISPLAY": display},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as bochs:
        try:
            shown = wait_for_text(tmp_path / "Xvfb_screen0", LAST)
        finally:
            bochs.kill()
    log = (tmp_path / "com1").read_text(errors="replace")
    assert re.search(rf"screen: framebuffer at [0-9a-f]+, 1024x768 of {entry[3:]} bits", log)
    # The picture is wider than the machine's screen.
    lines = {line[:128].rstrip() for line in shown}
    told = [line for line in log.splitlines() if line.startswith("[") and len(line) < 128]
    assert len(told) > 20 and set(told[-20:]) <= lines
