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
    out = builds.out()

    def run(*words):
        command = [ROOT / "tools/latency", "--programs", ROOT / build / "tests/bin", *words[:-1], out, words[-1]]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    return run


def test_the_call_that_causes_a_stretch_is_named(latency):
    done = latency("--limit", "1000000", "abi_fork")
    assert done.returncode == 0, done.stderr
    lengths = {name: int(n.replace(",", "")) for n, name in re.findall(r"^ +([\d,]+)  (\w+)$", done.stdout, re.M)}
    # A fork clears the page tables of the child, and copies the parent's areas.
    assert lengths["sys_fork"] > 2000
    assert lengths["drop_memory"] > 1000
    longest = max(lengths, key=lengths.get)
    assert f"{lengths[longest]:,} instructions, {longest} in `abi_fork`" in done.stdout


def test_a_stretch_above_the_limit_is_an_error(latency):
    done = latency("--limit", "100", "argv")
    assert done.returncode == 1, done.stderr
    assert "limit: 100: MISSED" in done.stdout
