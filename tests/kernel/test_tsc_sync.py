"""TSCs that are not alike: Bochs' CPUs can set them, and no hypervisor stands behind them."""

import re

import pytest

AHEAD = 1_000_000
START = 1_000  # ticks that a comparison may take


def skewed(boot, cpu):
    """What CPUs found whose TSCs were ahead, and what was left of it: by CPU."""
    words = {"machine": "bochs", "cpu": cpu, "cpus": 3, "build": "debug"}
    result = boot("true", append=f"skew-tsc={AHEAD}", timeout=300, **words)
    assert result.status == 0, result
    told = r"clock: TSC of CPU (\d) was behind by (-?\d+) ticks, now by (-?\d+)"
    assert "clock: TSCs of 2 CPUs compared with the boot CPU's" in result.log
    return {int(cpu): (int(found), int(left)) for cpu, found, left in re.findall(told, result.log)}


@pytest.mark.parametrize(
    "cpu",
    [
        pytest.param("corei7_haswell_4770", id="with TSC_ADJUST"),
        pytest.param("athlon64_clawhammer", id="without", marks=pytest.mark.long),
    ],
)
def test_a_tsc_that_is_ahead_is_set_right(boot, cpu):
    cpus = skewed(boot, cpu)
    assert set(cpus) == {1, 2}
    for found, left in cpus.values():
        assert abs(found + AHEAD) < START
        assert abs(left) < START


def test_tscs_that_are_alike_stay(boot):
    result = boot("true", machine="bochs", cpus=2, timeout=300)
    assert "clock: TSCs of 1 CPUs compared with the boot CPU's" in result.log
    assert "was behind by" not in result.log
