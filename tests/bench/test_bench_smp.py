"""How often processes on several CPUs wait for each other: `make bench-smp`."""

import os
import re
import subprocess

import pytest
from conftest import ROOT, run_make

ROW = re.compile(r"^(\w+) +(\d+) +([\d,]+) +([\d.]+) +([\d.]+) +([\d.]+) +", re.M)
WORKS = ("faults", "mmap_munmap", "fork_exit_wait", "shared_faults")


@pytest.fixture(name="bench_smp", scope="module")
def _bench_smp(builds):
    """Run the tool; returns (exit status, {(work, processes): (flushes, waits)}, its output)."""
    build = os.environ.get("STOA_BUILD", "build")
    run_make(f"BUILD={build}", "programs")
    out = builds.out()

    def run(*options):
        command = [ROOT / "tools/bench-smp", "--programs", ROOT / build / "tests/bin", *options, out]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        rows = {(row[1], int(row[2])): (float(row[5]), float(row[6])) for row in ROW.finditer(done.stdout)}
        return done.returncode, rows, done.stdout + done.stderr

    return run


def test_one_process_waits_for_nobody(bench_smp):
    status, rows, text = bench_smp("--processes", "1", "--share", "10")
    assert status == 0, text
    assert list(rows) == [(work, 1) for work in WORKS]


def test_a_limit_that_is_missed_is_an_error(bench_smp):
    """Nothing is fewer than none at all."""
    status, _, text = bench_smp("--processes", "1", "--share", "40", "--limit", "faults=0")
    assert status == 1
    assert text.count("TOO MANY") == 1


def test_several_processes_ask_nobody_to_flush(bench_smp):
    _, rows, text = bench_smp("--processes", "2", "--share", "10")
    assert list(rows) == [(work, 2) for work in WORKS]
    assert [flushes for flushes, _ in rows.values()] == [0.0] * len(WORKS), text


def test_more_processes_than_cpus_cannot_be_measured(bench_smp):
    status, _, text = bench_smp("--processes", "5", "--share", "40")
    assert status == 2
    assert "there are not as many CPUs" in text


@pytest.mark.long
def test_all_is_within_its_limits(bench_smp):
    status, rows, text = bench_smp()
    assert status == 0, text
    assert len(rows) == 3 * len(WORKS)
