"""The entries of GRUB's menu: each boots, and the whole log is on the screen that it chooses."""

import re
import subprocess
import time

import pytest
from conftest import ROOT
from elf_file import entry_of
from qemu import MenuBoot

LAST = "the first process exited with status 0"
ENTRIES = {"bpp32": "32 bits", "bpp24": "24 bits", "bpp16": "16 bits"}


def wrapped(line, columns):
    """A line of the log as the screen shows it."""
    return [line[at : at + columns].rstrip() for at in range(0, max(len(line), 1), columns)]


def check_log(shown, log, columns):
    """The screen's lines are the last ones of the log."""
    lines = [piece for line in log.rstrip("\n").splitlines() for piece in wrapped(line, columns)]
    while not shown[-1]:
        shown.pop()
    assert len(shown) > 20
    assert shown == lines[-len(shown) :]


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_framebuffer(builds, entry):
    with MenuBoot(builds.iso(), entry) as machine:
        shown = machine.wait_for_line(LAST)
        log = machine.log().replace("\r", "")
    assert re.search(rf"screen: framebuffer at [0-9a-f]+, 1024x768 of {ENTRIES[entry]}", log)
    check_log(shown, log, 128)


def test_text(builds):
    with MenuBoot(builds.iso(), "text") as machine:
        shown = machine.wait_for_line(LAST, machine.vga_text)
        log = machine.log().replace("\r", "")
    assert "screen: VGA text" in log
    check_log(shown, log, 80)


def test_the_default_is_text(builds):
    with MenuBoot(builds.iso(), serial=False) as machine:
        machine.wait_for_line(LAST, machine.vga_text)


@pytest.mark.long
def test_a_person_chooses(builds):
    """The menu waits, and an arrow key stops the count."""
    with MenuBoot(builds.iso(), alone=True) as machine:
        machine.wait_for_line("Stoa on a framebuffer of 16 bits a pixel", machine.vga_text)
        machine.command("sendkey down")
        shown = machine.vga_text()
        assert any("Stoa on a text screen" in line for line in shown)
        machine.command("sendkey ret")
        machine.wait_for(LAST)
        assert "1024x768 of 32 bits" in machine.log()


@pytest.mark.long
@pytest.mark.parametrize("cpus", [1, 2])
def test_the_machine_stays(builds, cpus):
    """What has been shown stays, no watchdog is alarmed, and the keyboard resets."""
    with MenuBoot(builds.iso(), "text", cpus=cpus) as machine:
        shown = machine.wait_for_line(LAST, machine.vga_text)
        log = machine.log()
        time.sleep(16)  # longer than the watchdog's patience
        assert machine.vga_text() == shown and machine.log() == log
        machine.command("sendkey ctrl-alt-delete")
        machine.wait_for("power: reset")


def test_without_a_serial_port(builds):
    with MenuBoot(builds.iso(), "bpp32", serial=False) as machine:
        shown = machine.wait_for_line(LAST)
    assert any("smoke: 1 of 1 CPUs said hello" in line for line in shown)
    assert any("CPUs online: 1 of 1" in line for line in shown)


def test_a_framebuffer_alone(builds):
    """UEFI, without serial port and VGA text."""
    options = ("-device", "bochs-display")
    with MenuBoot(builds.iso(), serial=False, uefi=True, options=options) as machine:
        shown = machine.wait_for_line(LAST, seconds=90)
    assert any("smoke: 1 of 1 CPUs said hello" in line for line in shown)


def test_a_framebuffer_that_cannot_be_drawn(builds):
    """Without a VGA, GRUB reports one of 1 bit a pixel."""
    with MenuBoot(builds.iso(), "bpp32", options=()) as machine:
        machine.wait_for(LAST)
        log = machine.log()
    assert re.search(r"screen: the framebuffer at [0-9a-f]+, 640x480 of 1 bits, is not used: ", log)


def text_of_cells(cells, order, columns):
    """The lines of struct cells: its cells of 4 bytes, a character first, and the lines' places."""
    codes = memoryview(cells).cast("H")[::2]
    lines = (codes[row * columns : (row + 1) * columns] for row in order)
    return ["".join(map(chr, line)).rstrip() for line in lines]


@pytest.mark.long
def test_all_is_there_when_ring_3_is_reached(builds, tmp_path):
    """gdb stops at the first program's first instruction, and reads what the screen is to show. An
    instruction takes a nanosecond, whatever the host does beside it."""
    parts = ("wanted", "cells.line", "cells.rows", "cells.columns")
    gdb = tmp_path / "gdb"
    commands = [f"target remote {gdb}", f"hbreak *{entry_of(builds.program('smoke')):#x}", "continue"]
    commands += ["stoa log", "set max-value-size unlimited"]
    commands += [f"dump binary value {tmp_path / p} 'kernel/dev/screen.c'::{p}" for p in parts]
    command = ["gdb", "-q", "-batch", builds.out() / "stoa.elf", "-x", ROOT / "tools/gdblib/load.py"]
    command += [word for line in [*commands, "kill"] for word in ("-ex", line)]
    options = ("-vga", "std", "-icount", "shift=0,sleep=off", "-S")
    options += ("-gdb", f"unix:{gdb},server=on,wait=off")
    with MenuBoot(builds.iso(), "bpp32", options=options):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    wanted, order, *size = ((tmp_path / part).read_bytes() for part in parts)
    rows, columns = (int.from_bytes(number, "little") for number in size)
    log = re.findall(r"^\[ .*", done.stdout.partition("ring 3: first entry")[0], re.M)
    assert any("proc: pid=1 created" in line for line in log)
    last = [piece for line in log[-20:] for piece in wrapped(line, columns)]
    assert "\n".join(last) in "\n".join(text_of_cells(wanted, order[:rows], columns))
