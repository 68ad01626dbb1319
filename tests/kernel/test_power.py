"""The ends of a machine: off and reset, by the reboot call and by the monitor, on each firmware."""

import re
import socket
import subprocess
import time

import pytest
from conftest import ROOT
from qemu import ProgramRun
from serial_line import PROMPT, SerialLine

BOOTED_TWICE = r"(?s)boot: loader.*boot: loader"
NOT_BY_ACPI = "power: ACPI does not"
# A reset is one, and what is switched off stays to be looked at.
ENDS_STAY = ["--qemu-arg", "-action", "--qemu-arg", "reboot=reset,shutdown=pause"]

# Options, and whether ACPI alone suffices to switch off, and to reset.
MACHINES = {
    "q35": ([], True, True),
    "pc": (["--machine", "pc"], True, False),
    "uefi": (["--firmware", "uefi"], True, True),
    "without ACPI": (["--append", "noacpi"], False, False),
    "without a keyboard controller": (
        ["--machine", "pc", "--qemu-arg", "-machine", "--qemu-arg", "i8042=off"],
        True,
        False,
    ),
}


def is_off(machine):
    """Wait until QEMU says that the guest has switched the machine off."""
    end = time.monotonic() + 40
    while "paused (shutdown)" not in machine.command("info status"):
        assert time.monotonic() < end, machine.log()
        time.sleep(0.05)
    return True


def qemu(builds, name, action):
    return ProgramRun(builds, "reboot", [*ENDS_STAY, *MACHINES[name][0]], arguments=[action])


def names(*long):
    """Those that others cover nearly are left to the long suite."""
    return [pytest.param(name, marks=pytest.mark.long if name in long else ()) for name in MACHINES]


@pytest.mark.parametrize("name", names("q35", "without a keyboard controller"))
def test_a_program_switches_the_machine_off(builds, name):
    with qemu(builds, name, "off") as machine:
        assert is_off(machine)
        machine.wait_for(r"power: off\n")
        machine.wait_for(r"before\n")
        log = machine.log()
    assert machine.out == b"before\n"
    assert (NOT_BY_ACPI in log) != MACHINES[name][1], log


@pytest.mark.parametrize("name", names("q35", "pc", "uefi"))
def test_a_program_resets_the_machine(builds, name):
    with qemu(builds, name, "reset") as machine:
        machine.wait_for(BOOTED_TWICE)
        log = machine.log()
    assert "power: reset\n" in log
    assert (NOT_BY_ACPI in log) != MACHINES[name][2], log


def test_words_for_the_restart_are_told(builds):
    with qemu(builds, "q35", "restart2") as machine:
        machine.wait_for(BOOTED_TWICE)
        assert "reboot: restart with 'again'" in machine.log()


def test_halt_is_not_off(builds):
    with qemu(builds, "q35", "halt") as machine:
        machine.wait_for(r"power: the machine is halted")
        time.sleep(1)
        assert "VM status: running" in machine.command("info status")
        assert "boot: loader" in machine.log() and not re.search(BOOTED_TWICE, machine.log())


def test_all_else_is_refused(boot):
    result = boot("reboot", "refused", cpus=2)
    assert result.status == 0, result


def test_bochs_is_switched_off(boot):
    result = boot("reboot", "off", cpus=2, machine="bochs")
    assert result.status == 202 and "power: off" in result.log, result  # no verdict
    assert NOT_BY_ACPI not in result.log


# The firmware of Bochs 2.7 survives no reset of a machine with VMX or of more than one CPU.
RESETS = "ryzen"


@pytest.mark.long
def test_bochs_is_reset(boot):
    result = boot("reboot", "reset", timeout=25, cpus=1, machine="bochs", cpu=RESETS)
    assert result.status == 201, result  # it goes on and on
    assert re.search(BOOTED_TWICE, result.log), result


# --- from the monitor ---


@pytest.mark.parametrize("name", ["q35", pytest.param("uefi", marks=pytest.mark.long)])
@pytest.mark.parametrize("command", ["poweroff", "reboot"])
def test_the_monitor_ends_the_machine(builds, name, command):
    with SerialLine(builds, "spin", [*ENDS_STAY, *MACHINES[name][0]]) as line:
        line.wait_for(r"ring 3")
        line.enter()
        line.send(command + "\r")
        if command == "poweroff":
            assert is_off(line)
        else:
            line.wait_for(BOOTED_TWICE)
        assert NOT_BY_ACPI not in line.log()


@pytest.mark.parametrize("command", ["poweroff", "reboot"])
def test_the_monitor_ends_the_machine_after_a_panic(builds, command):
    words = [*ENDS_STAY, "--append", "monitor ktest=panic:1"]
    with SerialLine(builds, "spin", words) as line:
        line.read_to(PROMPT, 60)
        line.send(command + "\r")
        if command == "poweroff":
            assert is_off(line)
        else:
            line.wait_for(BOOTED_TWICE)


class BochsLine:
    """A run of Bochs with the serial line of the log as a socket, to which Bochs connects."""

    def __init__(self, builds, options):
        self._server = socket.create_server(("localhost", 0))
        self._server.settimeout(60)
        port = self._server.getsockname()[1]
        command = [str(ROOT / "tools/stoa-run"), "--iso", str(builds.iso()), "--machine", "bochs", *options]
        command += ["--qemu-arg", f'com2: enabled=1, mode=socket-client, dev="localhost:{port}"']
        self._run = subprocess.Popen(
            [*command, str(builds.program("spin"))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._line = self._server.accept()[0]
        self._line.settimeout(60)
        self.said = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._run.terminate()
        self._run.wait(timeout=20)
        self._line.close()
        self._server.close()

    def read_until(self, pattern):
        """False when Bochs ends before that has come."""
        while not re.search(pattern, self.said):
            piece = self._line.recv(1 << 12)
            if not piece:
                return False
            self.said += piece.decode("ascii", "replace")
        return True

    def send(self, text):
        self._line.sendall(text)

    def end(self):
        return self._run.wait(timeout=60)


@pytest.mark.long
@pytest.mark.parametrize("command", ["poweroff", "reboot"])
def test_the_monitor_ends_bochs(builds, command):
    with BochsLine(builds, ["--cpus", "1", "--cpu", RESETS]) as line:
        assert line.read_until(r"ring 3: first entry")
        line.send(b"\x0f\x0f")
        assert line.read_until(PROMPT)
        line.send(command.encode() + b"\r")
        if command == "reboot":
            assert line.read_until(BOOTED_TWICE)
        else:
            assert not line.read_until(BOOTED_TWICE) and "power: off" in line.said
            assert line.end() == 202  # no verdict
