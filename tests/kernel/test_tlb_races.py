"""CPUs that read and write one address space while another unmaps, protects and forks it."""

import re

import pytest

PROGRAM = "asleep"  # the test in the kernel ends before it, and has the CPUs for itself

# QEMU gives each CPU a thread of the host, and who waits for one that does not run waits long: so
# most changes are made where one thread emulates all CPUs in turns.
TURNS = "tcg,thread=single"

RACES = {
    "2 CPUs": {"cpus": 2, "rounds": 1000},
    "4 CPUs": {"cpus": 4, "rounds": 100},
    "3 CPUs in turns": {"cpus": 3, "rounds": 10_000, "accel": TURNS},
    "3 CPUs, debug": {"cpus": 3, "rounds": 60, "build": "debug"},
}
LONG_RACES = {
    "2 CPUs": {"cpus": 2, "rounds": 20_000},
    "4 CPUs": {"cpus": 4, "rounds": 5_000},
    "8 CPUs": {"cpus": 8, "rounds": 500},
    "2 CPUs in turns": {"cpus": 2, "rounds": 1_000_000, "accel": TURNS},
    "4 CPUs in turns": {"cpus": 4, "rounds": 500_000, "accel": TURNS},
    "8 CPUs in turns": {"cpus": 8, "rounds": 200_000, "accel": TURNS},
    "6 CPUs in turns, debug": {"cpus": 6, "rounds": 50_000, "accel": TURNS, "build": "debug"},
    "PCIDs": {"cpus": 2, "rounds": 20_000, "machine": "bochs", "cpu": "corei7_haswell_4770"},
}


def race(boot, monkeypatch, cpus, rounds, timeout, accel=None, **machine):
    """No stale translation was seen in so many changes."""
    if accel:
        monkeypatch.setenv("STOA_ACCEL", accel)
    words = {"append": f"ktest=tlb-races:0 rounds={rounds}", "timeout": timeout}
    result = boot(PROGRAM, cpus=cpus, fresh=True, **words, **machine)
    assert result.status == 0, result
    line = re.search(r"tlb-races: .* changes, .* blocks collapsed", result.log)[0]
    changes, accesses, refused, flushes, asked, collapsed = map(int, re.findall(r"\d+", line))
    assert changes == rounds
    # The others were there: they had the space, and came upon what was changed.
    assert accesses > rounds // 10 and refused >= rounds // 200, result.log
    assert asked >= flushes > rounds / 10, result.log
    assert collapsed > rounds / 200 - 2, result.log


@pytest.mark.parametrize("name", RACES)
def test_nobody_uses_a_stale_translation(boot, monkeypatch, name):
    race(boot, monkeypatch, timeout=150, **RACES[name])


@pytest.mark.long
@pytest.mark.parametrize("name", LONG_RACES)
def test_nobody_uses_a_stale_translation_for_long(boot, monkeypatch, name):
    race(boot, monkeypatch, timeout=3600, **LONG_RACES[name])
