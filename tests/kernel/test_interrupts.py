"""Interrupts that nobody claims or expects are counted, told, and end; the monitor shows them."""

import contextlib
import re

import pytest
from serial_line import PROMPT, SerialLine

EDU = ["--qemu-arg", "-device", "--qemu-arg", "edu"]
MACHINES = {
    "an I/O APIC": ["--cpus", "2", *EDU, "--append", "ktest=edu-unclaimed:1"],
    "8259s": ["--cpus", "1", "--machine", "pc", *EDU, "--append", "noacpi ktest=edu-unclaimed"],
}
STORM = 1000  # interrupts in a row after which a line is masked


@pytest.fixture(scope="module", name="machines")
def _machines(builds):
    """Both, which boot side by side, in the monitor when the test in the kernel has ended."""
    builds.iso()
    with contextlib.ExitStack() as stack:
        lines = {name: stack.enter_context(SerialLine(builds, "spin", words)) for name, words in MACHINES.items()}
        for line in lines.values():
            line.wait_for(r"ktest: \d+ spurious interrupts")
            line.wait_for(r"keyboard: first port")
            line.enter()
        yield lines


@pytest.mark.parametrize("name", MACHINES)
def test_a_wire_that_nobody_quiets_is_masked(machines, name):
    """The machine goes on, and who comes later to claim the interrupt gets it."""
    log = machines[name].log()
    irq = re.search(r"interrupt \d+ \(IRQ (\d+)\) on CPU \d: no device says that it is its own\n", log)[1]
    assert log.count("no device says") == 1
    masked = f"IRQ {irq}: nobody claims it, {STORM} times in a row: masked\n"
    assert log.index(masked) < log.index("ktest: 1 interrupts claimed")
    assert "nobody expected" not in log


@pytest.mark.parametrize("name", MACHINES)
def test_the_monitor_counts_interrupts(machines, name):
    line = machines[name]
    irq = re.search(r"interrupt (\d+) \(IRQ (\d+)\) on CPU", line.log())
    # The 8259s have one that went before it was taken.
    spurious = int(name == "8259s")
    state = ", masked" if spurious else ""
    told = line.ask("interrupts")
    cpus = [text for text in told if text.startswith("CPU ")]
    assert len(cpus) == len(line.ask("runq"))
    assert re.fullmatch(rf"CPU \d: \d+ NMIs, {spurious} spurious, 0 not expected", cpus[-1])
    assert f"interrupt {irq[1]} (IRQ {irq[2]}{state}): 1 claimed, {STORM} not" in told
    # And those of the keyboard's controller.
    assert any("(IRQ 1)" in text and text.endswith(" 0 not") for text in told)


def test_nmis_do_not_stop_the_cpu_that_panics(builds):
    with SerialLine(builds, "spin", ["--cpus", "1", "--append", "monitor ktest=panic"]) as line:
        line.read_to(PROMPT, 60)
        line.command("nmi")
        told = line.ask("interrupts")[0]
        assert int(re.match(r"CPU 0: (\d+) NMIs", told)[1]) > 0


# GRUB sends the PIT's wire (pin 2) to a vector of CPU 0 that nobody has.
LIVE = [
    *("write_dword 0xfec00000 0x15", "write_dword 0xfec00010 0"),
    *("write_dword 0xfec00000 0x14", "write_dword 0xfec00010 0x90"),
]


def test_entries_of_an_io_apic_that_are_live_are_told_and_masked(boot):
    result = boot("wakeups", "5", cpus=1, extra=[word for line in LIVE for word in ("--grub", line)])
    assert result.status == 0, result
    assert re.search(r"I/O APIC 0: 1 of 24 entries were live; masked\n", result.log)
    # One was on its way to the CPU.
    assert result.log.count("interrupt 144 had been requested before the boot") <= 1
    assert "nobody expected" not in result.log


@pytest.mark.long
def test_nmis_and_breakpoints_do_not_meet_themselves(boot):
    result = boot("wakeups", "5", cpus=2, append="ktest=nmi-storm:0 rounds=2000")
    assert result.status == 0, result
    assert int(re.search(r"ktest: CPU 1 has had (\d+) NMIs", result.log)[1]) > 100
    result = boot("true", cpus=2, append="ktest=watched-counter:1")
    assert result.status == 0, result
    assert "ktest: 1 debug exceptions in ring 0, DR7 is 400 now\n" in result.log
