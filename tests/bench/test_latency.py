"""The longest stretch without an interrupt: `make latency`."""

import os
import re
import subprocess

import pytest
from conftest import ROOT, run_make


@pytest.fixture(scope="module")
def latency(builds):
    """Run the tool with one program."""
    build = os.environ.get("STOA_BUILD", "build")
    run_make(f"BUILD={build}", "bench-programs")
    run_make(f"BUILD={build}", "programs")
    folder = builds.out()

    def run(*words, out=folder):
        command = [ROOT / "tools/latency", "--programs", ROOT / build / "tests/bin"]
        command += ["--plugin", folder / "bench/stretch.so", *words[:-1], out, words[-1]]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    return run


def stretches(text):
    """{cause: the longest stretch, in instructions}."""
    found = re.findall(r"^ +([\d,]+)  (\w+)$", text, re.M)
    return {name: int(number.replace(",", "")) for number, name in found}


def test_the_call_that_causes_a_stretch_is_named(latency):
    done = latency("--limit", "1000000", "abi_fork")
    assert done.returncode == 0, done.stderr
    lengths = stretches(done.stdout)
    # A fork clears the page tables of the child, and copies the parent's areas.
    assert lengths["sys_fork"] > 2000
    assert lengths["drop_memory"] > 1000
    longest = max(lengths, key=lengths.get)
    assert f"{lengths[longest]:,} instructions, {longest} in `abi_fork`" in done.stdout


def test_a_stretch_above_the_limit_is_an_error(latency):
    done = latency("--limit", "100", "argv")
    assert done.returncode == 1, done.stderr
    assert "limit: 100: MISSED" in done.stdout


@pytest.mark.long
def test_a_debug_build_fills_ram_that_comes_online_in_chunks(latency, builds):
    done = latency("--limit", "10000000", "fork64m", out=builds.out("debug"))
    assert done.returncode == 0, done.stderr
    assert 30_000 < stretches(done.stdout)["memory_turn"] <= 50_000
