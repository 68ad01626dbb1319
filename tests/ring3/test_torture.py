"""Entry-state torture: ring 3 enters the kernel in every way, with everything odd."""

import re

import pytest

MODELS = ["max", "qemu64", "max,-xsave", "max,-fsgsbase", "max,-smap"]
CPUS = [1, 4]
TORTURE_TIME = 150


@pytest.mark.parametrize("cpus", CPUS)
@pytest.mark.parametrize("cpu", MODELS)
def test_torture(boot, cpu, cpus):
    result = boot("torture", cpu=cpu, cpus=cpus, timeout=TORTURE_TIME)
    judge(result)


def test_torture_in_the_debug_build(boot):
    judge(boot("torture", cpus=4, build="debug", timeout=TORTURE_TIME))


def judge(result):
    """All cases ran, all are right, and the kernel has nothing to say against it."""
    wrong = [line for line in result.lines if "WRONG" in line]
    assert not wrong, result
    assert result.status == 0, result
    ok = [line for line in result.lines if re.fullmatch(r"case .*: ok", line)]
    assert result.lines[-1] == f"torture: {len(ok)} ok, 0 wrong"
    assert len(ok) > 400
    assert "KERNEL PANIC" not in result.log
