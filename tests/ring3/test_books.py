"""The kernel's books: the census at the end of runs, and after each failure and each kill."""

import random
import re
import sys

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests/abi"))
import exec_files

# Program, the number of CPUs, the build.
SWEEPS = {
    "every allocation fails": ("fail_sweep", 2, "release"),
    "every allocation fails, debug": ("fail_sweep", 1, "debug"),
    "killed at every boundary": ("boundary_sweep", 2, "release"),
    "killed at every boundary, debug": ("boundary_sweep", 2, "debug"),
}


@pytest.mark.parametrize("name", SWEEPS)
def test_nothing_is_lost(boot, name):
    program, cpus, build = SWEEPS[name]
    result = boot(program, cpus=cpus, build=build, append="ktest quiet", timeout=250)
    assert result.status == 0, result
    assert all(line.endswith(" 0 times wrong") for line in result.lines), result
    assert "census: all is accounted for" in result.log


@pytest.mark.parametrize("cpus", [1, 2])
def test_who_waits_for_memory_can_be_killed(boot, cpus):
    """And what it gives back then is enough for the others: none of them is killed."""
    result = boot(
        "boundary_sweep", "memory", cpus=cpus, mem="32M", append="ktest quiet", timeout=120
    )
    assert result.status == 0, result
    assert result.lines == ["boundary_sweep: memory, all chunks, 0 times wrong"]


# How many processes live, the number of CPUs, the build.
LIVES = {
    "few": (1000, 2, "release"),
    **{
        name: pytest.param(*what, marks=pytest.mark.long)
        for name, what in {
            "many": (10_000, 4, "release"),
            "many on one CPU": (10_000, 1, "release"),
            "many, debug": (10_000, 4, "debug"),
        }.items()
    },
}


@pytest.mark.parametrize("count, cpus, build", LIVES.values(), ids=LIVES)
def test_processes_leave_nothing(boot, builds, tmp_path, count, cpus, build):
    """They fork, execute good and damaged files, are killed anywhere, and lack memory at times."""
    exec_files.make(tmp_path, builds.program("lives"), [])
    files = sorted(path.name for path in tmp_path.iterdir())
    extra = [word for name in files for word in ("--file", f"{tmp_path / name}:/files/{name}")]
    words = [str(count), str(random.getrandbits(31) | 1), *(f"/files/{name}" for name in files)]
    options = {"cpus": cpus, "build": build, "append": "ktest quiet", "timeout": 900}
    result = boot("lives", *words, extra=extra, fresh=True, **options)
    assert result.status == 0, result
    assert result.lines == [f"lives: {count}, 0 times wrong"]


def test_memory_of_each_kind_is_accounted_for(boot):
    result = boot("grown", cpus=3, append="ktest", timeout=60)
    assert result.status == 0, result
    assert result.lines == ["grown: 0 things wrong"]


@pytest.mark.parametrize("censuses, append", [("50", "ktest"), ("20", "ktest delay=zone")])
def test_the_census_may_be_held_at_any_time(boot, censuses, append):
    result = boot("standstills", censuses, cpus=4, build="debug", append=append, timeout=120)
    assert result.status == 0, result
    assert result.lines == [f"standstills: {censuses} censuses, 0 found something wrong"]


def test_without_any_memory_the_program_is_killed(boot):
    result = boot("hello", cpus=1, append="failalloc=1,every", timeout=60)
    assert result.status != 0, result


def test_the_census_is_cheap_enough_for_every_boot(boot):
    result = boot("hello", icount=True, timeout=60)
    assert result.status == 0, result
    ended, accounted = (
        float(re.search(rf"^\[ *([\d.]+)\] {line}", result.log, re.M).group(1))
        for line in ("proc: pid=1 exited", "census: all is accounted for")
    )
    # Under --icount a nanosecond is an instruction.
    assert accounted - ended < 0.02


def test_allocations_fail_for_one_process(boot):
    result = boot("fail_own", cpus=2, append="ktest", timeout=60)
    assert result.status == 0, result
    assert result.lines == [
        "fork: ENOMEM",
        "its allocations failed: yes",
        "those of its child did not: yes",
        "none has failed during execve: yes",
        "one has failed in the new program: yes",
    ]


def test_the_call_for_tests_needs_the_word(boot):
    result = boot("boundary_sweep", cpus=1, append="quiet", timeout=60)
    assert result.status != 0, result
    assert result.lines[0] == "fork, 0: -38 things wrong, -38 frames free, -38 before"
    assert "call 1398013952 does not exist here" in result.log
