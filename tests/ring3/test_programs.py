"""Programs that fork, sleep, move, run out of memory and are killed in numbers."""

import re

import pytest

# Program, its arguments, and the machine that makes it hard.
RUNS = {
    "true": ("true", [], {}),
    "hello": ("hello", [], {}),
    "sleepers": ("sleepers", [], {"cpus": 4}),
    "sleepers, 1 CPU": ("sleepers", [], {"cpus": 1}),
    "fork storm": ("forkstorm", ["20"], {"cpus": 4}),
    "fork storm, 1 CPU": ("forkstorm", ["20", "4"], {"cpus": 1}),
    "fork storm, debug": ("forkstorm", ["20"], {"cpus": 4, "build": "debug"}),
    "fork of 64 MiB": ("fork64m", [], {"cpus": 2}),
    "stale translations": ("tlb_moves", [], {"cpus": 4}),
    "stale translations, debug": ("tlb_moves", ["40"], {"cpus": 3, "build": "debug"}),
    "wake-ups": ("wakeups", [], {"cpus": 4}),
    "wake-ups, debug": ("wakeups", ["200"], {"cpus": 2, "build": "debug"}),
    "kill at every moment": ("kill_sweep", [], {"cpus": 2, "mem": "96M"}),
    "kill at every moment, debug": ("kill_sweep", ["30", "200"], {"mem": "96M", "build": "debug"}),
    "out of memory": ("hog", ["256"], {"cpus": 2, "mem": "64M"}),
    "out of memory, debug": ("hog", ["256"], {"cpus": 4, "mem": "64M", "build": "debug"}),
    "calls at random": ("fuzz_calls", [], {"cpus": 4}),
    "calls at random, debug": ("fuzz_calls", ["40", "2"], {"cpus": 2, "build": "debug"}),
}


@pytest.mark.parametrize("name", RUNS)
def test_program_ends_well(boot, name):
    program, arguments, machine = RUNS[name]
    result = boot(program, *arguments, timeout=150, **machine)
    assert result.status == 0, result
    assert "KERNEL PANIC" not in result.log


# Under --icount a nanosecond is an instruction.
TIMER_DELAY_MAX = 100_000


def test_long_work_does_not_hold_off_the_timer(boot):
    result = boot("fork64m", icount=True, timeout=120)
    assert result.status == 0, result
    delays = re.findall(r"timer: cpu=\d+ longest delay=(\d+) ns", result.log)
    assert len(delays) == 1, result
    assert 0 < int(delays[0]) <= TIMER_DELAY_MAX


LONG_RUNS = {
    "fork storm": ("forkstorm", ["400", "16"], {}),
    "fork storm, debug": ("forkstorm", ["200", "16"], {"build": "debug"}),
    "stale translations": ("tlb_moves", ["1500"], {}),
    "wake-ups": ("wakeups", ["5000"], {}),
    "kill at every moment": ("kill_sweep", ["1000", "7"], {"mem": "96M"}),
    "calls at random": ("fuzz_calls", ["2000", "3"], {}),
}


@pytest.mark.long
@pytest.mark.parametrize("name", LONG_RUNS)
def test_program_ends_well_for_long(boot, name):
    program, arguments, machine = LONG_RUNS[name]
    result = boot(program, *arguments, cpus=4, timeout=1800, **machine)
    assert result.status == 0, result


def test_a_program_without_end_is_stopped_from_outside(boot):
    result = boot("spin", cpus=2, timeout=6)
    assert result.status == 201
    assert "stoa-run: " in result.err


def test_arguments_reach_the_first_process(boot):
    words = ["one", "", "two words", "$x", "q'\"q", "back\\slash"]
    result = boot("hello", *words)
    assert result.status == 0, result
    told = [f"argument {i}: {word}" for i, word in enumerate(words, 1)]
    assert result.lines == ["Hello from userspace!", *told]
