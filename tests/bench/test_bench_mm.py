"""What memory costs: `make bench-mm`."""

import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT, run_make

sys.path.insert(0, str(ROOT / "tools"))

from benchlib.figures import Table  # noqa: E402

ROW = re.compile(r"^(\S.*?) +([\d,.]+) of +([\d,.]+)(  TOO LARGE)?", re.M)


@pytest.fixture(name="bench_mm", scope="module")
def _bench_mm(builds):
    """Run the tool; returns (exit status, [(name, value, limit, whether it is above)], its output)."""
    build = os.environ.get("STOA_BUILD", "build")
    run_make(f"BUILD={build}", "bench-programs")
    run_make(f"BUILD={build}", "programs")
    out = builds.out()

    def run(*options):
        command = [ROOT / "tools/bench-mm", "--programs", ROOT / build / "tests/bin", *options, out]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        rows = [
            (name, *(float(n.replace(",", "")) for n in numbers), bool(above))
            for name, *numbers, above in ROW.findall(done.stdout)
        ]
        return done.returncode, rows, done.stdout + done.stderr

    return run


def test_a_figure_above_its_limit_is_remembered(capsys):
    table = Table()
    table.row("one", 7, 7)
    assert table.good
    table.row("two", 7.5, 7)
    assert not table.good
    assert "TOO LARGE" in capsys.readouterr().out.splitlines()[1]


def test_fork_and_exit_cost_less_than_their_limits(bench_mm):
    status, rows, text = bench_mm("--only", "fork")
    assert status == 0, text
    assert len(rows) == 3
    assert all(0 < value <= limit for _, value, limit, _ in rows)


def test_a_limit_that_is_missed_is_an_error(bench_mm):
    """A frame's is within its own limit; the other rows of that part are not looked at here."""
    status, rows, text = bench_mm("--only", "frame", "--limit", "large=1")
    assert status == 1, text
    assert [above for _, _, _, above in rows][:2] == [False, True]
    assert 0 < rows[0][1] <= rows[0][2] == 60


def test_wrong_figures_are_refused(bench_mm):
    assert bench_mm("--only", "nosuch")[0] == 2
    assert bench_mm("--limit", "nosuch=1")[0] == 2


@pytest.mark.long
def test_all_figures_are_within_their_limits(bench_mm):
    status, rows, text = bench_mm()
    assert status == 0, text
    assert len(rows) == 12
    assert re.search(r"interrupt window.*: \w+ in `.+`$", text, re.M)
