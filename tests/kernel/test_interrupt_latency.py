"""How long the timer has to wait: long work in the kernel is done in chunks.

Under --icount a nanosecond is an instruction. Slices of odd lengths put the timer's interrupts at
many moments of the work.
"""

import re

import pytest

LIMIT = 100_000  # instructions

WORK = {
    "fork and exit of 64 MiB": ("fork64m", []),
    "sparse memory": ("long_calls", ["sparse"]),
    "many areas": ("long_calls", ["areas"]),
    "many strings": ("long_calls", ["strings"]),
    "many segments": ("long_calls", ["segments"]),
}
LONG_WORK = {
    **WORK,
    "kill at every moment": ("kill_sweep", ["60"]),
    "fork storm": ("forkstorm", ["10", "4"]),
    "out of memory": ("hog", ["1200"]),
    "calls at random": ("fuzz_calls", ["60"]),
    "torture": ("torture", []),
}


def longest_delay(result):
    """In instructions, by the kernel's own measure."""
    assert result.status == 0, result
    found = re.findall(r"timer: cpu=0 longest delay=(\d+) ns", result.log)
    assert len(found) == 1, result.log
    return int(found[0])


@pytest.mark.parametrize("work", WORK)
def test_the_timer_is_not_held_off(boot, work):
    program, arguments = WORK[work]
    result = boot(program, *arguments, icount=True, append="slice=200", timeout=240)
    delay = longest_delay(result)
    assert 0 < delay <= LIMIT


@pytest.mark.long
@pytest.mark.parametrize("slice_us", [47, 71, 113])
@pytest.mark.parametrize("work", LONG_WORK)
def test_the_timer_is_not_held_off_by_anything(boot, work, slice_us):
    program, arguments = LONG_WORK[work]
    result = boot(program, *arguments, icount=True, append=f"slice={slice_us}", timeout=900)
    assert longest_delay(result) <= LIMIT
