"""Memory on machines of every size: the smoke test, what else there is of programs that are hard on
memory, races of the TLBs, and the census at the end of each boot."""

import re

import pytest

# Words for run_each. What a size has no room or no need for is left out below.
SMOKE = ["smoke"]
MOVES = ["tlb_moves", "6"]
FAILURES = ["fail_sweep"]
BOUNDARIES = ["boundary_sweep"]
KILLS = ["kill_sweep", "20"]
STORM = ["forkstorm", "4"]
KINDS = ["grown"]
FORK = ["fork64m"]
CALLS = ["starve", "calls", "24"]
SMALL = [SMOKE, KINDS, MOVES, FAILURES, BOUNDARIES, KILLS, STORM]
WHOLE = [*SMALL, FORK, CALLS]


def out_of_memory(mib):
    """A program that wants so much, six times."""
    return ["hog", str(mib)]


def row(name, mem, programs, long=True, qemu=(), **options):
    """One machine, and what it runs in one boot."""
    options = {"cpus": 4, "timeout": 400, "mem": mem, **options}
    options["extra"] = [f"--qemu-arg={word}" for word in qemu]
    marks = [pytest.mark.long] if long else []
    return pytest.param(options, programs, id=name, marks=marks)


# With little of it below 4 GiB, the programs come to what is above; at 1 TiB and more QEMU puts that
# above 1 TiB.
HIGH = ["-machine", "max-ram-below-4g=128M"]
BOCHS = {"machine": "bochs", "cpu": "corei7_haswell_4770", "cpus": 2}

ROWS = [
    row("32 MiB", "32M", [*SMALL, out_of_memory(96)], long=False, cpus=2),
    row("64 MiB", "64M", [*SMALL, out_of_memory(128)]),
    row("1 GiB", "1G", [*WHOLE, out_of_memory(1280)]),
    row("3 GiB", "3G", WHOLE),
    row("5 GiB", "5G", WHOLE),
    row("64 GiB", "64G", WHOLE),
    row("1 TiB", "1T", WHOLE),
    row("8 TiB", "8T", WHOLE),
    row("5 GiB, most above 4", "5G", WHOLE, qemu=HIGH),
    row("1 TiB, most above 1 TiB", "1T", WHOLE, qemu=HIGH),
    row("8 TiB, most above 1 TiB", "8T", WHOLE, long=False, qemu=HIGH),
    row("UEFI, 64 MiB", "64M", SMALL, firmware="uefi"),
    row("UEFI, 1 GiB", "1G", WHOLE, firmware="uefi"),
    row("UEFI, 8 TiB", "8T", WHOLE, firmware="uefi"),
    row("Bochs, 32 MiB", "32M", [SMOKE, KINDS, MOVES], **BOCHS),
    row("255 CPUs, 32 MiB", "32M", [MOVES, KILLS], cpus=255, timeout=1200),
    row("255 CPUs, 1 GiB", "1G", [SMOKE, KINDS, CALLS], cpus=255, timeout=1200),
]


def run_all(boot, builds, programs, append="", **options):
    """One boot of them all; returns the result."""
    words, extra = [], options.pop("extra", [])
    for name, *arguments in programs:
        words += ["--", f"/bin/{name}", *arguments] if words else [f"/bin/{name}", *arguments]
        extra = [*extra, "--file", f"{builds.program(name)}:/bin/{name}"]
    return boot("run_each", *words, extra=extra, append=f"ktest {append}".strip(), **options)


@pytest.mark.long
@pytest.mark.parametrize("mem", ["32M", "64M", "1G", "3G", "5G", "64G", "1T", "8T"])
def test_memory_tests_in_the_kernel(boot, mem):
    result = boot("asleep", cpus=2, mem=mem, append="ktest=tlb-races:0 rounds=1000", timeout=150)
    assert result.status == 0, result
    assert "census: all is accounted for" in result.log


@pytest.mark.parametrize("options, programs", ROWS)
def test_memory_programs(boot, builds, options, programs):
    result = run_all(boot, builds, programs, **options)
    assert result.status == 0, result
    ends = re.findall(r"^@end (\w+) (\w+ \d+)$", "\n".join(result.lines), re.M)
    assert ends == [(program[0], "exit 0") for program in programs], result
    assert "KERNEL PANIC" not in result.log
    assert "census: all is accounted for" in result.log
