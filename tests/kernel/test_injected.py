"""Interrupts that QEMU's monitor injects: NMIs at any moment, and machine checks."""

import re

import pytest
from fault_report import read_panic, read_trap
from qemu import ProgramRun

UNCORRECTED = 0xB600000000000000  # IA32_MCi_STATUS: VAL UC EN MISCV ADDRV PCC
IN_PROGRESS = 4  # IA32_MCG_STATUS: MCIP


@pytest.mark.parametrize("program,cpus", [("torture", 1), ("torture", 3), ("forkstorm", 4)])
def test_nmis_harm_nobody(builds, program, cpus):
    with ProgramRun(builds, program, ["--cpus", str(cpus), "--timeout", "120"]) as boot:
        boot.wait_for(r"ring 3: first entry", seconds=90)
        sent = 0
        try:
            while True:
                boot.command("nmi")
                sent += 1
        except ConnectionError:
            assert boot.end() == 0, boot.out.decode() + boot.log()
        log = boot.log()
    assert sent > 100
    # They came at every CPU's pin.
    counts = dict(re.findall(r"interrupts: cpu=(\d+) NMIs=(\d+)", log))
    assert [int(counts.get(str(cpu), 0)) > 0 for cpu in range(cpus)] == [True] * cpus


def test_a_machine_check_in_ring_3_is_named(builds):
    with ProgramRun(builds, "spin", ["--cpus", "1", "--timeout", "60"]) as boot:
        boot.wait_for(r"ring 3: first entry")
        boot.wait_for_ring_3()
        try:
            boot.command(f"mce 0 0 {UNCORRECTED:#x} {IN_PROGRESS} 0x1234 0")
        except ConnectionError:
            pass
        assert boot.end() == 200
        panic = read_panic(boot.log())
    assert (panic.cpu, panic.cause) == (0, "machine check in ring 3")
    trap = read_trap(panic.lines)
    assert trap.vector == 18 and trap.registers["cs"] & 3 == 3
    assert panic.runs(0).endswith("of pid=1 (spin)")
    bank = f"bank 0: status {UNCORRECTED:016x} (not corrected, state corrupt), address 1234, misc 0"
    assert any(line.strip() == bank for line in panic.lines), panic.lines


def test_a_machine_check_in_ring_0_is_named_and_the_others_stop(builds):
    with ProgramRun(builds, "spin", ["--cpus", "3", "--timeout", "60"]) as boot:
        boot.wait_for(r"ring 3: first entry cpu=(\d)")
        where = int(boot.log().split("first entry cpu=")[1][0])
        idle = (where + 1) % 3
        try:
            boot.command(f"mce {idle} 0 {UNCORRECTED:#x} {IN_PROGRESS} 0x1234 0")
        except ConnectionError:
            pass
        assert boot.end() == 200
        panic = read_panic(boot.log())
    assert (panic.cpu, panic.cause) == (idle, "machine check (#MC) in ring 0")
    assert read_trap(panic.lines).vector == 18
    assert panic.backtrace == ["idle"]
    words, functions = panic.other((idle + 1) % 3)
    assert (words, functions) == ("backtrace", ["idle"])
    assert panic.other(where)[0].startswith("in ring 3 at 0000000000")
    assert panic.runs(where).endswith("of pid=1 (spin)")
