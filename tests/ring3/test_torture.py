"""Entry-state torture: ring 3 enters the kernel in every way, with everything odd."""

import re

import pytest

MODELS = ["max", "qemu64", "max,-xsave", "max,-fsgsbase", "max,-smap"]
ONE_CPU_MODELS = ["max", *(pytest.param(m, marks=pytest.mark.long) for m in MODELS[1:])]
TORTURE_TIME = 150


def judge(result):
    """All cases ran, all are right, and the kernel has nothing to say against it."""
    wrong = [line for line in result.lines if "WRONG" in line]
    assert not wrong, result
    assert result.status == 0, result
    ok = [line for line in result.lines if re.fullmatch(r"case .*: ok", line)]
    assert result.lines[-1] == f"torture: {len(ok)} ok, 0 wrong"
    assert len(ok) > 400
    assert "KERNEL PANIC" not in result.log


@pytest.mark.parametrize("cpu", MODELS)
def test_torture(boot, cpu):
    judge(boot("torture", cpu=cpu, cpus=4, timeout=TORTURE_TIME))


@pytest.mark.parametrize("cpu", ONE_CPU_MODELS)
def test_torture_on_one_cpu(boot, cpu):
    judge(boot("torture", cpu=cpu, cpus=1, timeout=TORTURE_TIME))


def test_torture_in_the_debug_build(boot):
    judge(boot("torture", cpus=4, build="debug", timeout=TORTURE_TIME))
