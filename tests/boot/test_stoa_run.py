"""stoa-run with the kernel: arguments, files, exit statuses and faults, side by side."""

import os
import re
import subprocess

import pytest
from conftest import ROOT, stoa_run_command


def decode(boot):
    """The arguments that tests/programs/argv.c told."""
    return [bytes.fromhex(line) for line in boot.lines]


ARGUMENTS = [
    "plain",
    "",
    "two words",
    " leading and trailing ",
    "",
    "'single' \"double\" `back`",
    "$HOME ${HOME} $(id) $$ $run",
    "back\\slash \\n \\",
    "line\nfeed\n",
    "tab\tcr\r",
    "--cpus",
    "--",
    "-x",
    "a;b|c&d{e}f#g%h*i?j[k]~l!m<n>",
    "\u00e9\u4e2d\U0001f600",
    b"\xff\xfe\x80",
    bytes(range(1, 256)),
    "x" * 3000,
    "",
]


def test_arguments_arrive_as_given(boot, builds):
    result = boot("argv", *ARGUMENTS)
    assert result.status == 0, result
    assert decode(result) == [os.fsencode(a) for a in (builds.program("argv"), *ARGUMENTS)]


def test_argv0_is_the_program_as_given(boot):
    path = os.path.relpath(boot_program(boot), ROOT)
    assert decode(boot(path)) == [os.fsencode(path)]


def boot_program(boot):
    """The host's path of tests/programs/argv.c, from a boot that told it."""
    return decode(boot("argv", *ARGUMENTS))[0].decode()


def test_odd_program_name(boot, builds, tmp_path):
    odd = tmp_path / "an odd $name'"
    odd.write_bytes(builds.program("argv").read_bytes())
    result = boot(odd, "x")
    assert decode(result) == [os.fsencode(odd), b"x"], result


@pytest.mark.parametrize("status", [0, 1, 200, 201, 202, 203, 255])
def test_exit_status_passes_unchanged(boot, status):
    result = boot("end", "exit", str(status))
    assert (result.status, result.err) == (status, ""), result


@pytest.mark.parametrize("signal", [9, 15])
def test_killed(boot, signal):
    result = boot("end", "kill", str(signal))
    assert (result.status, result.err) == (128 + signal, ""), result


def failure(result):
    """The one line of stoa-run itself."""
    lines = [line for line in result.err.splitlines() if line.startswith("stoa-run: ")]
    assert len(lines) == 1, result
    return lines[0]


def test_panic(boot):
    result = boot("end", "exit", "0", append="init=/no/such/program")
    assert result.status == 200, result
    assert failure(result).startswith("stoa-run: kernel panic: ")


def test_time_out(boot):
    result = boot("end", "spin", timeout=8)
    assert result.status == 201, result
    assert failure(result) == "stoa-run: time-out after 8 s"


def test_wrong_nonce(boot):
    result = boot("end", "exit", "0", append="nonce=beef")
    assert result.status == 202, result
    assert "nonce" in failure(result)


def test_emulator_failure(boot):
    result = boot("end", "exit", "0", extra=["--qemu-arg", "-no-such-option"])
    assert result.status == 203, result
    assert "-no-such-option" in failure(result)


def test_log_is_apart_from_the_output(boot, builds):
    result = boot("argv", *ARGUMENTS)
    assert "TSS.rsp0 set cpu=0" in result.log
    assert b"TSS" not in result.out


def test_without_log_option_a_failure_shows_the_log(builds):
    command = stoa_run_command(builds, "end", ["exit", "0"], {"append": "init=/no/such/program"})
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.returncode == 200
    assert b"LAYOUT: percpu stack base=0xffffc90000000000" in done.stderr


def test_side_by_side(builds):
    """Four at once, each with its own words and status."""
    numbers = [str(n) for n in (11, 22, 33, 44)]
    processes = [
        subprocess.Popen(
            stoa_run_command(builds, "end", ["exit", number], {"cpus": 1}),
            stdin=subprocess.DEVNULL,
        )
        for number in numbers
    ]
    assert [str(process.wait(timeout=120)) for process in processes] == numbers


@pytest.mark.parametrize(
    "machine",
    [
        {"machine": "pc"},
        {"firmware": "uefi"},
        {"machine": "bochs", "cpus": 2},
        {"icount": True},
        {"machine": "pc", "firmware": "uefi", "mem": "64M"},
    ],
    ids=lambda machine: "-".join(map(str, machine.values())),
)
def test_machines(boot, builds, machine):
    """On each of them the output is the program's alone, and complete."""
    result = boot("argv", *ARGUMENTS, **machine)
    assert result.status == 0, result
    assert decode(result) == [os.fsencode(a) for a in (builds.program("argv"), *ARGUMENTS)]


# In the log: all that tells a time.
TIMES = r"^\[ *\d+\.\d+\]|\d+ TSC ticks|(entry|first ring 3|instructions)=\d+|stages in us: .*"
PHASE = 1500  # instructions, of a nanosecond each, that the boot may wait for the timers' next ticks


def test_icount_repeats(boot):
    """The same run does the same, in the same time but for the ticks that GRUB left the timers at."""
    runs = [boot("argv", "x", icount=True, fresh=True) for _ in range(2)]
    assert runs[0].status == 0, runs[0]
    logs = [re.sub(TIMES, "", run.log, flags=re.M) for run in runs]
    assert logs[0] == logs[1]
    boots = [int(re.search(r"instructions=(\d+)", run.log)[1]) for run in runs]
    assert abs(boots[0] - boots[1]) <= PHASE


def test_the_iso_alone(builds):
    """Without a second disk the ISO runs the smoke program, with the nonce `none`."""
    command = [ROOT / "tools/stoa-run", "--iso", builds.iso(), "--no-disk"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b"Hello from userspace! cpu=") == 4
