"""The commands that tools/gdblib adds to gdb, on a machine that is stopped in the smoke test.

The first process waits for its children; each of those computes on its own CPU, until one calls
exit_group().
"""

import re
import subprocess
import time

import pytest
from conftest import ROOT

CPUS = 4
COMMANDS = (
    "stoa threads",
    "stoa runq",
    "stoa locks",
    "stoa locks tree_lock",
    "stoa where",
    "stoa windows",
    "stoa windows $rsp",
    "stoa vmas 1",
    "stoa walk 0x400000 1",
    "stoa walk &cpu_count",
    "stoa walk 0x1000",
    "stoa log",
    "stoa log 1",
    "info registers rip rsp cr3",
    "stoa ubt 1",
    "stoa ubt 2",
    "stoa ubt 3",
    "info registers rip rsp cr3 ",
    "p $cpu(2)->id",
    # In a function that holds a lock.
    "break process_kill",
    "continue",
    "stoa locks ",
)


@pytest.fixture(name="told", scope="module")
def _told(builds, tmp_path_factory):
    """{command: the lines that it printed}."""
    folder = tmp_path_factory.mktemp("gdb")
    script = folder / "script"
    commands = "".join(f"echo == {c}\\n\n{c}\n" for c in COMMANDS)
    script.write_text(f"thbreak sys_exit_group\ncontinue\n{commands}")
    out = builds.out()
    debug = [ROOT / "tools/debug", builds.iso(), out / "stoa.elf", folder / "serial"]
    done = subprocess.run(
        [*debug, "-batch", "-x", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    parts = re.split(r"^== (.*)\n", done.stdout, flags=re.M)
    answers = dict(zip(parts[1::2], (part.splitlines() for part in parts[2::2])))
    assert list(answers) == list(COMMANDS), done.stdout + done.stderr
    return answers


def test_threads(told):
    rows = [line.split() for line in told["stoa threads"][1:]]
    states = {int(row[1]): row[3] for row in rows if row[1] != "0"}
    assert states.pop(1) == "parked"
    assert set(states) == set(range(2, 2 + CPUS))
    assert "running" in states.values()
    first = next(row for row in rows if row[1] == "1")
    assert first[4:] == ["smoke", "wait_again"]
    assert {"log", "memory", "monitor"} <= {row[4] for row in rows if row[1] == "0"}


def test_run_queues(told):
    runs = told["stoa runq"]
    assert len(runs) == CPUS
    assert all(re.fullmatch(r"CPU \d (is idle|runs \d+ \(\w+\)), \d+ wait:.*", x) for x in runs)
    assert any("(smoke)" in line for line in runs)


def test_locks(told):
    assert told["stoa locks"] == [f"CPU {cpu} holds none" for cpu in range(CPUS)]
    tree = told["stoa locks tree_lock"][0]
    assert re.fullmatch(r"'process tree' is free, contended \d+ times", tree)
    # Of the process that is ending; another CPU may have come as far with another.
    held = [line for line in told["stoa locks "] if "'process'" in line]
    pattern = r"CPU \d holds 'process' \(rank 3\), taken in \w+\+0x\w+"
    assert held and all(re.fullmatch(pattern, line) for line in held)


def test_where(told):
    places = [line.partition(": ")[2] for line in told["stoa where"]]
    assert len(places) == CPUS and "sys_exit_group" in places


def test_windows(told):
    lines = told["stoa windows"]
    heads = [line[:5] for line in lines if line.startswith("CPU")]
    assert heads == [f"CPU {cpu}" for cpu in range(CPUS)]
    pattern = r"  (\S+) +stack .*, (\d+) of (\d+) pages mapped, guards not mapped"
    found = [m.groups() for m in (re.fullmatch(pattern, line) for line in lines) if m]
    assert found.count(("main", "8", "8")) == CPUS
    assert found.count(("panic", "16", "16")) == CPUS and len(found) == 6 * CPUS
    place = told["stoa windows $rsp"][0]
    assert re.fullmatch(r"CPU \d, main stack, \d+ bytes below its top", place)


def test_areas_of_a_process(told):
    lines = told["stoa vmas 1"]
    pattern = r"[0-9a-f]{12}-[0-9a-f]{12} [rwx-]{3}[sp] [0-9a-f]{8}"
    areas = [line for line in lines if re.match(pattern, line)]
    assert lines[-1].startswith(f"{len(areas)} areas, ")
    assert areas[0].endswith("r-xp 00000000 /bin/smoke")
    assert areas[-1].endswith("[stack]")


def test_walks(told):
    program = told["stoa walk 0x400000 1"]
    assert [line.split()[0].split("[")[0] for line in program[1:5]] == ["PML4", "PDPT", "PD", "PT"]
    assert "present R user" in program[4] and program[5].startswith("  physical address ")
    kernel = told["stoa walk &cpu_count"]
    assert "present W NX global" in kernel[4]
    assert "NOT PRESENT" in told["stoa walk 0x1000"][-1]


def test_log(told):
    lines = told["stoa log"]
    assert re.match(r"\[  0.000000\] boot: loader ", lines[0])
    assert all(re.match(r"\[ *\d+\.\d{6}\] ", line) for line in lines)
    assert told["stoa log 1"] == lines[-1:]


def test_backtraces_of_programs(told):
    waits, last = told["stoa ubt 1"], told["stoa ubt 3"]
    assert re.match(r"in wait4\+0x\w+, called by", waits[0])
    assert re.search(r" main \(.*user/smoke.c:\d+", waits[-1])
    for computes in (told["stoa ubt 2"], last):
        assert re.search(r" main \(.*user/smoke.c:\d+", computes[-1])
        assert any(re.search(r" child \(.*user/smoke.c:\d+", line) for line in computes)


def test_the_machine_is_as_it_was(told):
    assert told["info registers rip rsp cr3"] == told["info registers rip rsp cr3 "]
    assert told["p $cpu(2)->id"] == ["$1 = 2"]


def test_backtrace_of_a_program_that_was_moved(builds, tmp_path):
    """A static-pie program lies where the kernel puts it."""
    gdb, log = tmp_path / "gdb", tmp_path / "log"
    machine = ["-S", "-gdb", f"unix:{gdb},server=on,wait=off"]
    options = [word for argument in machine for word in ("--qemu-arg", argument)]
    run = [ROOT / "tools/stoa-run", "--iso", builds.iso(), "--log", log, *options]
    commands = [f"target remote {gdb}", "thbreak kmain", "continue"]
    commands += ["thbreak sys_exit_group", "continue", "stoa ubt 1", "kill"]
    command = ["gdb", "-q", builds.out() / "stoa.elf", "-batch"]
    command += ["-x", ROOT / "tools/gdblib/load.py"]
    command += [word for line in commands for word in ("-ex", line)]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*run, builds.program("layout_pie")], **quiet) as machine:
        while not gdb.exists():
            assert machine.poll() is None
            time.sleep(0.1)
        told = subprocess.run(command, **quiet, text=True, timeout=60, check=False).stdout
    assert re.search(r"^in \w+\+0x\w+, called by$", told, re.M), told
    assert re.search(r" main \(.*tests/programs/layout_pie.c:\d+$", told, re.M)
