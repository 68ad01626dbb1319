"""Processes that disturb each other at random: the kernel stands it, and has everything back."""

import re
import shutil
import subprocess

import pytest

# Steps, seed, and the machine. Where there is little memory, or some is refused, workers are killed
# for it. With the word `ktest` frames are counted again now and then.
RUNS = {
    "4 CPUs": (120, 1, {"cpus": 4}),
    "1 CPU": (120, 2, {"cpus": 1, "cpu": "qemu64"}),
    "little memory": (120, 3, {"cpus": 2, "mem": "32M"}),
    "debug": (100, 4, {"cpus": 8, "build": "debug", "append": "ktest"}),
    "allocations fail": (100, 5, {"cpus": 4, "append": "ktest failalloc=37,every"}),
    "little memory, debug": (120, 109, {"cpus": 1, "mem": "32M", "cpu": "qemu64", "build": "debug"}),
}
LONG_RUNS = {
    "4 CPUs": (3000, 11, {"cpus": 4, "mem": "1G"}),
    "2 CPUs": (2000, 12, {"cpus": 2, "cpu": "qemu64", "mem": "1G"}),
    **{
        f"each {n}th allocation fails": (300, n, {"cpus": 4, "append": f"ktest failalloc={n},every"})
        for n in (53, 101, 1009)
    },
    "8 CPUs, debug": (1500, 13, {"cpus": 8, "build": "debug"}),
    **{
        f"little memory, {seed}": (400, seed, {"cpus": 1 + seed % 4, "mem": "32M", "build": build})
        for seed in range(100, 130)
        for build in [("release", "debug")[seed // 4 % 2]]
    },
}

WORKERS = 8
# Programs are of different sizes; what CPUs kept has been handed back.
KEPT_KIB = 128


def run(boot, steps, seed, machine):
    """One run, and that it ended well."""
    result = boot("chaos", str(WORKERS), str(steps), str(seed), timeout=60 + steps, **machine)
    assert result.status == 0, result
    assert "KERNEL PANIC" not in result.log
    killed = re.fullmatch(rf"chaos: (\d) of {WORKERS} workers killed, 0 wrong", result.lines[-1])
    assert killed, result
    assert killed[1] == "0" or machine.get("mem") == "32M" or "fail" in machine.get("append", "")
    return result


def free_at_the_end(result):
    """KiB that are free, or describe RAM, when all processes are gone."""
    found = re.search(r"memory: at the end free=(\d+) KiB, frame table (\d+) KiB", result.log)
    return int(found[1]) + int(found[2])


@pytest.mark.parametrize("name", RUNS)
def test_chaos(boot, name):
    run(boot, *RUNS[name])


@pytest.mark.parametrize("name", ["4 CPUs", "1 CPU"])
def test_all_memory_comes_back(boot, name):
    _, _, machine = RUNS[name]
    before = free_at_the_end(boot("hello", **machine))
    after = free_at_the_end(run(boot, *RUNS[name]))
    assert abs(before - after) < KEPT_KIB


# How the first process ends while others are busy: words, stoa-run's status, and the machine.
SIGSEGV_STATUS = 128 + 11
LEAVES = {
    "at once": (["0"], 5, {"cpus": 4}),
    "later": (["100000"], 5, {"cpus": 2, "cpu": "qemu64"}),
    "by a fault, debug": (["20000", "fault"], SIGSEGV_STATUS, {"cpus": 4, "build": "debug"}),
}
LONG_LEAVES = {
    **{
        f"after {us} us": ([str(us)], 5, {"cpus": 1 + us % 7, "mem": "128M"})
        for us in range(0, 200_000, 9_999)
    },
    "a bomb": (["100000", "bomb"], 5, {"cpus": 4}),
}


@pytest.mark.parametrize("name", LEAVES)
def test_the_first_process_leaves(boot, name):
    leave(boot, *LEAVES[name])


@pytest.mark.long
@pytest.mark.parametrize("name", LONG_LEAVES)
def test_the_first_process_leaves_for_long(boot, name):
    leave(boot, *LONG_LEAVES[name])


def leave(boot, words, status, machine):
    """All others are gone then, and their memory is back."""
    result = boot("leave", *words, timeout=120, **machine)
    assert result.status == status, result
    assert "KERNEL PANIC" not in result.log
    before = free_at_the_end(boot("hello", **machine))
    assert abs(before - free_at_the_end(result)) < KEPT_KIB


def test_the_program_is_right_on_linux(builds):
    """There it is the first process of a namespace."""
    shell = [shutil.which("unshare") or "unshare", "--user", "--map-root-user", "--pid", "--fork"]
    if subprocess.run([*shell, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine has no namespaces for users")
    done = subprocess.run(
        [*shell, "--kill-child", str(builds.program("chaos")), str(WORKERS), "300", "1"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == f"chaos: 0 of {WORKERS} workers killed, 0 wrong\n"


@pytest.mark.long
@pytest.mark.parametrize("name", LONG_RUNS)
def test_chaos_for_long(boot, name):
    steps, seed, machine = LONG_RUNS[name]
    result = run(boot, steps, seed, machine)
    assert abs(free_at_the_end(boot("hello", **machine)) - free_at_the_end(result)) < KEPT_KIB
