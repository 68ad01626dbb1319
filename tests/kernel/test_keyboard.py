"""The keyboard, by QEMU's `sendkey`: what programs read, the monitor, after a panic; and without."""

import re
import time

import pytest
from qemu import ProgramRun
from serial_line import PROMPT, SerialLine

# Names that QEMU has for keys.
NAMES = {" ": "spc", "\n": "ret", "-": "minus", ".": "dot", "/": "slash", "\b": "backspace", "=": "equal"}


def press(machine, *names):
    """Each key, or keys joined by `-`, for so long that the guest sees it."""
    for name in names:
        machine.command(f"sendkey {name} 10")
        time.sleep(0.03)


def type_text(machine, text):
    press(machine, *(f"shift-{c.lower()}" if c.isupper() else NAMES.get(c, c) for c in text))


def wait_for_keyboard(machine):
    machine.wait_for(r"keyboard: first port a keyboard")
    machine.wait_for(r"ring 3")


def read_out(machine, wanted, seconds=20):
    """Wait until the program has written that."""
    end = time.monotonic() + seconds
    while wanted not in machine.out:
        assert time.monotonic() < end, machine.out
        time.sleep(0.02)


MACHINES = {
    "q35": [],
    "pc without ACPI": ["--machine", "pc", "--append", "noacpi"],
    "uefi": ["--firmware", "uefi"],
}


@pytest.mark.parametrize("name", ["q35", "pc without ACPI", pytest.param("uefi", marks=pytest.mark.long)])
def test_a_program_reads_lines(builds, name):
    with ProgramRun(builds, "cat", ["--append", "input=keyboard", *MACHINES[name]]) as machine:
        wait_for_keyboard(machine)
        type_text(machine, "Hellp\bo wOrld\n")
        read_out(machine, b"[Hello wOrld\n]\n")
        press(machine, "x", "ctrl-u", "y", "ctrl-d")
        read_out(machine, b"[y]\n")
        press(machine, "ctrl-d")
        assert machine.end() == 0
        assert machine.out.startswith(b"Hellp\b \bo wOrld\n")  # it was shown


LAYOUTS = {
    # keys of a us keyboard, and what they are there
    "us": ("a-q-y-2-semicolon", "aqy2;"),
    "de": ("a-q-y-minus-semicolon", "aqzßö"),
    "fr": ("a-q-y-2-semicolon", "qayém"),
    "gb": ("a-q-y-2-backslash", "aqy2#"),
}


@pytest.mark.parametrize("layout", ["fr", *(pytest.param(name, marks=pytest.mark.long) for name in ("us", "de", "gb"))])
def test_layouts(builds, layout):
    keys, text = LAYOUTS[layout]
    with ProgramRun(builds, "cat", ["--append", f"input=keyboard keymap={layout}"]) as machine:
        wait_for_keyboard(machine)
        assert f"layout {layout}\n" in machine.log()
        press(machine, *keys.split("-"), "ret", "ctrl-d")
        read_out(machine, f"[{text}\n]".encode())


def test_an_unknown_layout(boot):
    log = boot("sleepers", append="keymap=xx").log
    assert "keyboard: there is no layout 'xx'" in log and "layout us\n" in log


def test_without_a_reader_input_ends_at_once(boot):
    assert boot("cat").status == 0


@pytest.mark.parametrize("options", [["--qemu-arg", "-machine", "--qemu-arg", "i8042=off"]])
def test_without_a_controller(builds, options):
    """ACPI says so; or, without ACPI, nothing answers. Who reads finds the end."""
    for words, why in (("", "so ACPI says"), (" noacpi", "nothing answers at its ports")):
        with ProgramRun(builds, "cat", [*options, "--append", "input=keyboard" + words]) as machine:
            assert machine.end() == 0
            assert f"keyboard: no controller: {why}\n" in machine.log()


def test_ctrl_alt_del_resets(builds):
    with ProgramRun(builds, "spin", ["--qemu-arg", "-action", "--qemu-arg", "reboot=reset"]) as machine:
        wait_for_keyboard(machine)
        press(machine, "ctrl-alt-delete")
        machine.wait_for(r"(?s)power: reset.*boot: loader")


def test_sysrq_enters_the_monitor(builds):
    """Its answer is on the serial line too; what is typed is then the monitor's."""
    with SerialLine(builds, "cat", ["--append", "input=keyboard"]) as line:
        wait_for_keyboard(line)
        press(line, "alt-sysrq-t")
        line.read_to(PROMPT)
        assert re.search(r" read_piece$", line.read_to("\n" + PROMPT), re.M)
        press(line, "l", "o", "c", "k", "s", "ret")
        assert "that is all, of 4 CPUs" in line.read_to("\n" + PROMPT)
        press(line, "alt-sysrq-z")
        line.read_to("SysRq: b resets, c panics; commands: ")
        type_text(line, "continue\n")
        line.read_to("left\n")
        press(line, "a", "ret")
        read_out(line, b"[a\n]\n")


def test_sysrq_panics_and_the_panic_polls(builds):
    """Then the monitor answers to the keyboard, on the screen."""
    with ProgramRun(builds, "spin", ["--append", "monitor log=com2,screen"]) as machine:
        wait_for_keyboard(machine)
        press(machine, "alt-sysrq-c")
        machine.wait_for(r"KERNEL PANIC on CPU 0 .*: asked for by SysRq")
        machine.wait_for(r"monitor: 'help' tells")
        type_text(machine, "locks\n")
        machine.wait_for(r"that is all, of 4 CPUs")
        assert any("that is all, of 4 CPUs" in line for line in machine.vga_text())
        type_text(machine, "continue\n")
        assert machine.end() == 200


def test_sysrq_resets(builds):
    with ProgramRun(builds, "spin", ["--qemu-arg", "-action", "--qemu-arg", "reboot=reset"]) as machine:
        wait_for_keyboard(machine)
        press(machine, "alt-sysrq-b")
        machine.wait_for(r"(?s)boot: loader.*boot: loader")


def test_shift_and_page_up_look_back(builds):
    with ProgramRun(builds, "cat", ["--append", "input=keyboard log=com2,screen"]) as machine:
        wait_for_keyboard(machine)
        for number in range(12):  # lines are kept from the first that a program writes on
            type_text(machine, f"{number}\n")
        read_out(machine, b"[11\n]\n")
        time.sleep(0.5)
        before = machine.vga_text()
        press(machine, *["shift-pgup"] * 2)
        time.sleep(0.5)
        back = machine.vga_text()
        assert back != before and back[24] == before[0]
        press(machine, *["shift-pgdn"] * 2)
        time.sleep(0.5)
        assert machine.vga_text() == before


@pytest.mark.long
def test_bochs_has_one(boot):
    assert "keyboard: first port a keyboard" in boot("sleepers", machine="bochs", cpus=2).log
