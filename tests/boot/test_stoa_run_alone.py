"""stoa-run with a stand-in for the emulator: verdicts, channels, and that nothing is left behind."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
RUN = HERE.parent.parent / "tools/stoa-run"


@pytest.fixture
def fake(tmp_path):
    """fake(*options, COM1=.., RECORD=.., ...) runs stoa-run to its end."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/qemu-system-x86_64").symlink_to(HERE / "fake_qemu.py")
    (tmp_path / "tmp").mkdir()
    (tmp_path / "any.iso").write_bytes(b"")
    (tmp_path / "program").write_bytes(b"\x7fELF")

    def start(*options, program="program", **says):
        env = {**os.environ, **{f"FAKE_{name}": str(value) for name, value in says.items()}}
        env |= {"PATH": f"{tmp_path / 'bin'}:{env['PATH']}", "TMPDIR": str(tmp_path / "tmp")}
        command = [RUN, "--iso", "any.iso", *options, program]
        return subprocess.Popen(
            command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def run(*options, **says):
        process = start(*options, **says)
        process.out, process.err = process.communicate(timeout=30)
        assert os.listdir(tmp_path / "tmp") == []
        return process

    run.start = start
    run.path = tmp_path
    return run


def ours(err):
    """The lines of stoa-run itself."""
    return [line for line in err.decode().splitlines() if line.startswith("stoa-run: ")]


@pytest.mark.parametrize(
    "status,emulator", [(0, 0x21), (7, 0x23), (200, 0x23), (201, 0x23), (202, 0x23), (203, 0x23)]
)
def test_the_programs_own_status(fake, status, emulator):
    done = fake(RECORD=f"{{record:exit {status}}}", STATUS=emulator, COM2="the log\\n")
    assert (done.returncode, done.out, done.err) == (status, b"", b"")


def test_killed(fake):
    done = fake(RECORD="{record:killed 11}", STATUS=0x25)
    assert (done.returncode, done.err) == (139, b"")


def test_panic(fake):
    done = fake(RECORD="{record:panic no_stack}", STATUS=0x27, COM2="the log\\n")
    assert done.returncode == 200
    assert done.err == b"the log\nstoa-run: kernel panic: no stack\n"


@pytest.mark.parametrize(
    "record",
    [
        "",
        "{record:exit 0}{record:exit 0}",
        "\\n@stoa none exit 0 00000000@\\n",
        "\\n@stoa {nonce} exit 0 00000000@\\n",
        "\\n@stoa {nonce} exit",
    ],
)
def test_no_verdict(fake, record):
    done = fake(RECORD=record, STATUS=0x21)
    assert done.returncode == 202
    assert len(ours(done.err)) == 1


@pytest.mark.parametrize("record,status", [("exit 0", 0x23), ("exit 3", 0x21), ("panic x", 0x21)])
def test_the_emulators_status_has_to_confirm(fake, record, status):
    done = fake(RECORD=f"{{record:{record}}}", STATUS=status)
    assert done.returncode == 202
    assert len(ours(done.err)) == 1


def test_time_out(fake):
    done = fake("--timeout", "0.5", SLEEP=20, COM1="so far")
    assert (done.returncode, done.out) == (201, b"so far")
    assert ours(done.err) == ["stoa-run: time-out after 0.5 s"]


def test_emulator_fails(fake):
    done = fake(STATUS=1)
    assert done.returncode == 203
    assert len(ours(done.err)) == 1


def test_emulator_is_killed(fake):
    pid = fake.path / "pid"
    process = fake.start(SLEEP=20, PID=pid, RECORD="{record:exit 0}")
    os.kill(wait_for_pid(pid), signal.SIGKILL)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 203
    assert ours(err) == ["stoa-run: the emulator was killed by signal 9: it said nothing"]


def wait_for_pid(file):
    """The number that the stand-in wrote."""
    for _ in range(200):
        if file.exists() and file.read_text():
            return int(file.read_text())
        time.sleep(0.05)
    raise AssertionError("the emulator did not start")


def is_alive(pid):
    """Whether a process of that number runs (and is no zombie)."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_leave_nothing_behind(fake, number):
    pid = fake.path / "pid"
    process = fake.start(SLEEP=20, PID=pid)
    emulator = wait_for_pid(pid)
    process.send_signal(number)
    process.communicate(timeout=10)
    assert process.returncode == 128 + number
    assert not is_alive(emulator)
    assert os.listdir(fake.path / "tmp") == []


def test_the_emulator_dies_with_stoa_run(fake):
    pid = fake.path / "pid"
    process = fake.start(SLEEP=20, PID=pid)
    emulator = wait_for_pid(pid)
    process.kill()
    process.communicate(timeout=10)
    time.sleep(0.2)
    assert not is_alive(emulator)


def test_log(fake):
    says = {"RECORD": "{record:exit 0}", "STATUS": 0x21, "COM1": "out\\n", "COM2": "log\\n"}
    assert fake("--verbose", **says).err == b"log\n"
    done = fake("--log", "kernel.log", **says)
    assert (done.out, done.err) == (b"out\n", b"")
    assert (fake.path / "kernel.log").read_bytes() == b"log\n"


def test_output_is_live(fake):
    process = fake.start(SLEEP=5, COM1="first", RECORD="", STATUS=0x21)
    start = time.monotonic()
    assert os.read(process.stdout.fileno(), 100) == b"first"
    assert time.monotonic() - start < 4
    process.terminate()
    process.communicate(timeout=10)


@pytest.mark.parametrize(
    "options,program",
    [
        (["--cpus"], ""),
        (["--no-such-option"], "program"),
        (["--mem", "lots"], "program"),
        (["--machine", "vax"], "program"),
        (["--firmware", "uefi", "--machine", "bochs"], "program"),
        (["--icount", "--cpus", "2"], "program"),
        (["--machine", "bochs", "--cpus", "64"], "program"),
        (["--iso", "missing.iso"], "program"),
        (["--file", "missing"], "program"),
        (["--append", "'unbalanced"], "program"),
        (["--no-disk"], "program"),
        ([], "missing"),
    ],
)
def test_wrong_usage(fake, options, program):
    done = fake(*options, program=program)
    assert done.returncode == 203
    assert len(ours(done.err)) == 1
    assert done.out == b""
