"""Entry-state torture, and programs that fork, sleep and die in numbers."""

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


@pytest.mark.parametrize("program", ["hello", "true", "sleepers", "forkstorm", "fork64m"])
@pytest.mark.parametrize("cpus", CPUS)
def test_program_ends_well(boot, program, cpus):
    result = boot(program, cpus=cpus, timeout=120)
    assert result.status == 0, result


def test_forkstorm_in_the_debug_build(boot):
    result = boot("forkstorm", cpus=4, build="debug", timeout=180)
    assert result.status == 0, result


@pytest.mark.long
def test_a_long_storm(boot):
    result = boot("forkstorm", "400", "16", cpus=4, timeout=900)
    assert result.status == 0, result


def test_a_program_without_end_is_stopped_from_outside(boot):
    result = boot("spin", cpus=2, timeout=8)
    assert result.status == 201
    assert "stoa-run: " in result.err


def test_arguments_reach_the_first_process(boot):
    words = ["one", "", "two words", "$x", "q'\"q"]
    result = boot("hello", *words)
    assert result.status == 0, result
    told = [f"argument {i}: {word}" for i, word in enumerate(words, 1)]
    assert result.lines == ["Hello from userspace!", *told]
