"""The benchmark, its comparison with Linux, and profiles: `make bench` and `make profile`."""

import json
import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT, run_make

sys.path.insert(0, str(ROOT / "tools"))

from benchlib import document, rows, table  # noqa: E402

LINE = re.compile(r"(\w+) median=(\d+) min=(\d+) mode=(\d+) samples=(\d+)x(\d+)")
OUTPUT = """bench: started at tick 77
null_call median={} min=1 mode=1 samples=100x200
vfork_exec_wait absent
"""


@pytest.fixture(scope="module")
def out(builds):
    """The output folder, with the ISO and the programs that the tools want."""
    folder = builds.out()
    run_make(f"BUILD={os.environ.get('STOA_BUILD', 'build')}", "bench-programs")
    return folder


def tool(name, *args):
    """Run one of the tools."""
    command = [ROOT / "tools" / name, *args]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def judged(figure):
    """A line of the table: Linux at 300 and Stoa at `figure`, both by the program's output."""
    runs = {"linux": [rows.parse(OUTPUT.format(300))], "stoa": [rows.parse(OUTPUT.format(figure))]}
    return table.make_lines(["null_call"], runs)


def test_a_row_that_reaches_its_figure():
    lines = judged(60)
    assert [line.verdict for line in lines] == ["reached"]
    assert table.geometric_mean(lines) == pytest.approx(0.2)
    assert table.all_good(lines, [])


def test_a_row_that_misses_its_figure():
    lines = judged(101)
    assert [line.verdict for line in lines] == ["MISSED"]
    assert not table.all_good(lines, [])


def test_what_moves_memory_is_no_part_of_the_ratio():
    row = rows.BY_NAME["zero_fault"]
    assert row.ratio(row.moved + 1000, row.moved + 100) == pytest.approx(0.1)


def test_runs_that_differ_are_told():
    runs = {"stoa": [rows.parse(OUTPUT.format(figure)) for figure in (100, 102)]}
    assert len(table.unsteady(runs)) == 1
    assert not table.unsteady({"stoa": runs["stoa"][:1] * 2})


def test_an_output_that_breaks_off_is_no_result():
    with pytest.raises(ValueError, match="null_call was not finished"):
        rows.parse("bench: started at tick 1\nnull_call was not finished\n")
    with pytest.raises(ValueError, match="did not start"):
        rows.parse("")


def test_the_document_keeps_what_is_around_a_part(tmp_path):
    path = tmp_path / "doc.md"
    path.write_text("a\n<!-- x: written by -->\nold\n<!-- end of x -->\nb\n")
    document.update(path, "x", "new")
    assert path.read_text() == "a\n<!-- x: written by -->\n\nnew\n\n<!-- end of x -->\nb\n"
    with pytest.raises(ValueError):
        document.update(path, "y", "new")


def test_program_runs_the_rows_that_it_is_given(boot):
    """Also as the program of the initial archive, whose /bin/true is what it executes."""
    done = boot("bench", "null_call", "fork_exec_wait", "vfork_exec_wait", icount=True)
    assert done.status == 0, str(done)
    found = {match[1]: match for line in done.lines if (match := LINE.fullmatch(line))}
    assert {"null_call", "fork_exec_wait"} <= set(found) <= {"null_call", "fork_exec_wait", "vfork_exec_wait"}
    assert found["null_call"].groups()[4:] == ("100", "200")
    assert 20 < int(found["null_call"][2]) < 300 < int(found["fork_exec_wait"][3])


def test_each_row_of_the_table_is_the_programs():
    text = "".join(file.read_text() for file in (ROOT / "user/bench").glob("*.c"))
    own = set(re.findall(r'^\t\{"(\w+)", \d+, \d+,', text, re.M))
    assert own == set(rows.BY_NAME)


def test_stoa_repeats_to_the_instruction(out):
    done = tool("bench", "--kernels", "stoa", "--rows", "null_call,mmap_munmap", out)
    assert done.returncode in (0, 1), done.stderr
    assert "differs from run to run" not in done.stdout
    result = json.loads((out / "bench/bench.json").read_text())
    assert [row["name"] for row in result["rows"]] == ["null_call", "mmap_munmap"]
    assert all(row["stoa"] > 0 and row["linux"] is None for row in result["rows"])


def test_linux_is_what_it_was(out):
    """One boot of Debian's kernel, whose figure is the one that the goals were set by."""
    done = tool("bench", "--kernels", "linux,stoa", "--rows", "null_call", "--runs", "1", out)
    if "no Linux to compare with" in done.stderr:
        pytest.skip("Debian's kernel cannot be downloaded")
    assert done.returncode in (0, 1), done.stderr
    (row,) = json.loads((out / "bench/bench.json").read_text())["rows"]
    assert row["linux"] == pytest.approx(row["linux_then"], rel=0.05)
    assert row["ratio"] == row["stoa"] / row["linux"]
    assert "geometric mean: 0." in done.stdout
    assert (out / "bench/bench.svg").read_text().count("<rect") == 2


def test_wrong_rows_are_refused(out):
    assert tool("bench", "--rows", "nosuch", out).returncode == 2
    assert tool("profile", out, "nosuch").returncode == 2


@pytest.mark.parametrize("row, function", [("null_call", "syscall_dispatch"), ("zero_fault", "space_fault")])
def test_profile_of_a_row(out, row, function):
    """It agrees with the row (else the status is 1), and names the function that does the work."""
    done = tool("profile", out, row)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"^ +[\d,.]+ +[\d,.]+  {function}$", done.stdout, re.M), done.stdout
    figure, counted = map(int, re.search(r": (\d+) instructions; counted: (\d+)", done.stdout).groups())
    assert counted == pytest.approx(figure, rel=0.02)
    paths = (out / f"bench/profile-{row}.folded").read_text().splitlines()
    assert any(line.startswith("kernel;") and f";{function}" in line for line in paths)
    assert sum(line.startswith("user;") for line in paths) >= 1


def test_profile_of_the_boot(out):
    done = tool("profile", out, "boot")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kmain" in (out / "bench/profile-boot.folded").read_text()
