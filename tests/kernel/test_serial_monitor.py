"""The kernel's monitor on the serial line: its commands, after a panic too; bad input."""

import re

import pytest
from serial_line import PROMPT, SerialLine

KERNEL_HALF = 0xFFFF800000000000
SIZES = {"4K": 1 << 12, "2M": 2 << 20, "1G": 1 << 30}
RANGE = re.compile(r"([0-9a-f]{16})-([0-9a-f]{16}) +(\d+) KiB (4K|2M|1G) (RW|R-) (NX|X)((?: \w+)*)")


@pytest.fixture(scope="module", name="line")
def _line(builds):
    """One CPU, whose tables are the program's, in the monitor."""
    with SerialLine(builds, "spin", ["--cpus", "1"]) as line:
        line.wait_for(rb"ring 3")
        assert "help" in line.enter()
        yield line


def leaves_of(lines):
    """{address: (whether large, rights)} of the monitor's dump."""
    leaves = {}
    for text in lines:
        match = RANGE.fullmatch(text)
        assert match, text
        start, last, size = int(match[1], 16), int(match[2], 16), SIZES[match[4]]
        assert (last - start + 1) % size == 0 and (last - start + 1) >> 10 == int(match[3])
        words = match[7].split()
        flags = (size > 4096, match[5] == "RW", match[6] == "NX", "user" in words, "global" in words, "PCD" in words)
        for address in range(start, last, size):
            assert address not in leaves
            leaves[address] = flags
    return leaves


def qemu_leaves(line):
    """The same of QEMU's monitor: `info tlb` has a line a page."""
    leaves = {}
    for text in line.command("info tlb").splitlines():
        match = re.fullmatch(r"([0-9a-f]{16}): [0-9a-f]{16} ([A-Z-]{9})", text.strip())
        if match:
            nx, glob, large, _, _, pcd, _, user, write = (letter != "-" for letter in match[2])
            leaves[int(match[1], 16)] = (large, write, nx, user, glob, pcd)
    return leaves


def pid_of_spin(line):
    return next(text.split()[1] for text in line.ask("threads") if "spin" in text)


def test_the_dump_agrees_with_qemu(line):
    kernel = leaves_of(line.ask("space"))
    user = leaves_of(line.ask(f"space {pid_of_spin(line)}"))
    assert all(address >= KERNEL_HALF for address in kernel)
    assert len(user) >= 4 and all(address < KERNEL_HALF for address in user)
    assert {**kernel, **user} == qemu_leaves(line)


def test_walk_shows_each_level(line):
    assert line.ask("walk ffffffff80000000")[-1].split()[0].startswith("P")
    inside = line.ask("space " + pid_of_spin(line))[0][:16]
    lines = line.ask(f"walk {inside} {pid_of_spin(line)}")
    assert [text.split("[")[0].strip() for text in lines[1:]] == ["PML4", "PDPT", "PD", "PT"]
    assert " page" in lines[-1] and "user" in lines[-1]


def test_threads_and_queues(line):
    threads = line.ask("threads")
    names = {text.split()[-2] for text in threads[1:]}
    assert {"spin", "monitor", "log", "console", "memory", "reap"} <= names
    assert any("monitor" in text and "running" in text for text in threads)
    spin = next(text for text in threads if "spin" in text)
    assert spin.split()[3] == "runnable"
    (queue,) = line.ask("runq")
    assert re.fullmatch(rf"CPU 0 runs \d+ \(a kernel task\), [1-9]\d* wait:.* {pid_of_spin(line)}\b.*", queue)
    assert line.ask("locks") == ["that is all, of 1 CPUs"]


def test_help_tells_every_command(line):
    assert {"help", "threads", "runq", "locks", "walk", "space", "reboot", "continue"} <= {
        text.split()[0] for text in line.ask("help")
    }


@pytest.mark.parametrize(
    "bad, answer",
    [
        ("nonsense", "there is no command 'nonsense'"),
        ("walk", "usage: walk ADDR"),
        ("walk 12zz", "'12zz' is no hexadecimal number"),
        ("walk 11111111111111111", "is no hexadecimal number"),
        ("walk 8000000000000000", "is not canonical"),
        ("walk 1000 77777", "there is no process 77777"),
        ("walk 1000 -1", "'-1' is no decimal number"),
        ("space 0x2", "'0x2' is no decimal number"),
        ("space 18446744073709551615", "no decimal number"),
        ("a b c d e f", "too many words"),
    ],
)
def test_bad_input_is_answered(line, bad, answer):
    assert answer in line.ask(bad)[0]


def test_keys(line):
    line.send("nonsense\x15")
    line.read_to("monitor> ")
    line.send("x" * 90 + "\x7f\x08\x1b[A\xff")
    line.send("\r")
    assert "there is no command 'xxxx" in line.read_to("monitor> ")
    


def test_leaving_and_coming_back(line):
    line.send("continue\r")
    line.read_to("left\n")
    line.send("help\r\x0fx\x0f")
    assert "monitor:" in line.enter("\x0f")
    line.send("continue\r")
    line.read_to("left\n")
    line.command("chardev-send-break line")
    assert "monitor:" in line.read_to("monitor> ")


def test_other_machines(builds):
    """Without ACPI the 8259s bring the interrupt; reboot ends QEMU, which is not to start anew."""
    options = ["--cpus", "1", "--append", "noacpi", "--machine", "pc"]
    with SerialLine(builds, "spin", options) as line:
        line.wait_for(rb"ring 3")
        line.enter()
        line.send("reboot\r")
        line.read_to("reset\n")
        assert line.end() == 202  # no verdict


def test_after_a_panic(builds):
    """The report first; then the same commands, with a lock held, and a list that leads to a fault."""
    with SerialLine(builds, "spin", ["--cpus", "2", "--append", "monitor ktest=damaged-list:1"]) as line:
        report = line.read_to(PROMPT, 60)
        assert "KERNEL PANIC" in report and "end of panic" in report
        assert line.ask("locks")[0].startswith("CPU 1 holds 'test low' (rank ")
        assert len(line.ask("runq")) == 2
        assert leaves_of(line.ask("space"))
        assert "there is no command" in line.ask("nonsense")[0]
        for _ in range(3):
            line.send("threads\r")
            assert "what was looked at led to a fault" in line.read_to(PROMPT)
        line.send("continue\r")
        assert line.end() == 200
