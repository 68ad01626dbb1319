"""What `make smoke`, `make run` and `make debug` show."""

import os
import pty
import select
import subprocess
import time

from conftest import ROOT


def test_smoke(builds):
    log = builds.out() / "smoke.log"
    done = subprocess.run(
        [ROOT / "tools/smoke", builds.iso(), builds.program("smoke"), log],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Hello from userspace! cpu=") == 4
    assert done.stdout.splitlines()[-1].startswith("smoke: passed (exit status 0")


def test_smoke_fails_by_its_status(builds, tmp_path):
    """The verdict is the exit status, whatever is printed."""
    done = subprocess.run(
        [ROOT / "tools/smoke", builds.iso(), builds.program("end"), tmp_path / "log"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 99
    assert "smoke: FAILED (exit status 99" in done.stdout


def read_until(terminal, wanted, count, seconds):
    """What the terminal shows, until it showed that so many times, or for so long."""
    text, end = b"", time.monotonic() + seconds
    while text.count(wanted) < count and time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            text += os.read(terminal, 4096)
    return text


def test_run_is_interactive(builds):
    """Log and programs are on the terminal; Ctrl-A X ends it."""
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        [ROOT / "tools/stoa-run", "--iso", builds.iso(), "--interactive", "--cpus", "4"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    try:
        text = read_until(terminal, b"Hello from userspace! cpu=", 4, 60)
        assert text.count(b"Hello from userspace! cpu=") == 4, text
        assert b"LAYOUT: percpu stack base=" in text
        os.write(terminal, b"\x01x")
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()
        os.close(terminal)


def test_debug_stops_at_the_first_c_function(builds, tmp_path):
    debug = [ROOT / "tools/debug", builds.iso(), builds.out() / "stoa.elf", tmp_path / "serial"]
    done = subprocess.run(
        [*debug, "-batch", "-ex", "info symbol $rip", "-ex", "backtrace 1"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "kmain in section .text" in done.stdout, done.stdout + done.stderr
    assert "main.c:" in done.stdout
