"""A CPU that never comes back from the kernel is named, whatever the others do."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import run_boot, stoa_run_command
from fault_report import read_panic

NO_HPET, NO_PIT = ["--qemu-arg", "-machine", "--qemu-arg", "hpet=off"], ["--qemu-arg", "-machine", "--qemu-arg", "pit=off"]
# CPUs, which is stuck, how many others are busy, further options, and who sees it.
CASES = {
    "a lone CPU": (1, 0, 0, [], "NMIs from the HPET"),
    "a lone CPU without HPET": (1, 0, 0, NO_HPET, "NMIs from the PIT"),
    "the others idle": (4, 2, 0, [], "the others"),
    "the boot CPU": (4, 0, 1, [], "the others"),
    "all others busy": (4, 1, 3, [], "the others"),
}


@pytest.fixture(scope="session")
def stuck(builds):
    """The results of all cases: most of their time is waiting."""
    commands = {
        name: stoa_run_command(
            builds,
            "stuck",
            [str(cpu), str(busy)],
            {"cpus": cpus, "timeout": 120, "append": "ktest", "extra": extra},
        )
        for name, (cpus, cpu, busy, extra, _) in CASES.items()
    }
    with ThreadPoolExecutor(len(commands)) as pool:
        return dict(zip(commands, pool.map(run_boot, commands.values())))


@pytest.mark.parametrize("name", CASES)
def test_a_stuck_cpu_is_named(stuck, name):
    _, cpu, _, _, source = CASES[name]
    result = stuck[name]
    assert result.status == 200, result
    assert f"watchdog: a stuck CPU is seen by {source}" in result.log
    panic = read_panic(result.log)
    assert panic.cpu == cpu
    why, seconds = panic.cause.split(" for ")
    assert why == f"CPU {cpu} is stuck:"
    assert 10 <= int(seconds.split()[0]) <= 30
    assert panic.backtrace[0] in ("stick", "sys_ktest") and "syscall_from_user" in panic.backtrace
    assert any("'ktest'" in line for line in panic.lines), panic.lines


def test_without_a_timer_it_is_told(boot):
    result = boot("true", cpus=1, extra=[*NO_HPET, *NO_PIT])
    assert result.status == 0, result
    assert "watchdog: none, nothing can send NMIs to a lone CPU" in result.log


def test_the_word_nowatchdog(boot):
    result = boot("true", cpus=2, append="nowatchdog")
    assert result.status == 0, result
    assert "watchdog: none, by the word nowatchdog" in result.log


@pytest.mark.long
def test_a_counter_that_is_only_stated_does_no_harm(boot):
    """Bochs has none; without ACPI no other source is left. Elsewhere each register has a value."""
    result = boot("true", cpus=1, machine="bochs", append="noacpi ktest=msr-try")
    assert result.status == 0, result
    assert "watchdog: none, nothing can send NMIs to a lone CPU" in result.log
    assert "msr: a read of no register is refused" in result.log
    assert "msr: a write of no address is refused" in result.log
