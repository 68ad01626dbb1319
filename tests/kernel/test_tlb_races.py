"""CPUs that read and write one address space while another unmaps, protects and forks it."""

import re

import pytest

PROGRAM = "spin"  # the test in the kernel ends before it

RACES = {
    "2 CPUs": {"cpus": 2, "rounds": 3000},
    "4 CPUs": {"cpus": 4, "rounds": 100},
    "3 CPUs, debug": {"cpus": 3, "rounds": 60, "build": "debug"},
}
LONG_RACES = {
    "2 CPUs": {"cpus": 2, "rounds": 1_000_000},
    "4 CPUs": {"cpus": 4, "rounds": 20_000},
    "8 CPUs": {"cpus": 8, "rounds": 2_000},
    "4 CPUs, debug": {"cpus": 4, "rounds": 5_000, "build": "debug"},
    "PCIDs": {"cpus": 2, "rounds": 20_000, "machine": "bochs", "cpu": "corei7_haswell_4770"},
}


def race(boot, cpus, rounds, timeout, **machine):
    """No stale translation was seen in so many changes."""
    words = {"append": f"ktest=tlb-races:0 rounds={rounds}", "timeout": timeout}
    result = boot(PROGRAM, cpus=cpus, **words, **machine)
    assert result.status == 0, result
    told = r"tlb-races: (\d+) changes, (\d+) accesses, (\d+) refused, (\d+) flushes asked (\d+) CPUs"
    changes, accesses, _, flushes, asked = map(int, re.search(told, result.log).groups())
    assert changes == rounds
    assert accesses and asked >= flushes > rounds / 50, result.log


@pytest.mark.parametrize("name", RACES)
def test_nobody_uses_a_stale_translation(boot, name):
    race(boot, timeout=150, **RACES[name])


@pytest.mark.long
@pytest.mark.parametrize("name", LONG_RACES)
def test_nobody_uses_a_stale_translation_for_long(boot, name):
    race(boot, timeout=7200, **LONG_RACES[name])
