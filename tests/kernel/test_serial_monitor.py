"""The kernel's monitor on the serial line: its commands, after a panic too; bad input."""

import contextlib
import re

import pytest
from serial_line import PROMPT, SerialLine

KERNEL_HALF = 0xFFFF800000000000
DEVICES, DEVICES_END = 0xFFFFD00000000000, 0xFFFFD08000000000
SIZES = {"4K": 1 << 12, "2M": 2 << 20, "1G": 1 << 30}
RANGE = re.compile(r"([0-9a-f]{16})-([0-9a-f]{16}) +(\d+) KiB (4K|2M|1G) (RW|R-) (NX|X)((?: \w+)*)")


MACHINE_CHECK = "mce 0 0 0xb600000000000000 4 0 0"  # QEMU's: uncorrected, in bank 0 of CPU 0

# A machine whose only CPU has the program's tables; one without ACPI; two that panic: before there
# are processes, and while one runs.
MACHINES = {
    "usual": ["--cpus", "1"],
    "noacpi": ["--cpus", "1", "--machine", "pc", "--append", "noacpi"],
    "panic": ["--cpus", "2", "--append", "monitor ktest=damaged-list:1"],
    "check": ["--cpus", "1", "--append", "monitor", "--screen", "1024x768x32"],
}


@pytest.fixture(scope="module", name="machines")
def _machines(builds):
    """All of them, which boot side by side."""
    builds.iso()
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(SerialLine(builds, "spin", words)) for name, words in MACHINES.items()}


@pytest.fixture(scope="module", name="line")
def _line(machines):
    """The usual one, in the monitor."""
    line = machines["usual"]
    line.wait_for(r"ring 3")
    assert "help" in line.enter()
    return line


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


def amounts(lines):
    """{name: KiB} of lines like those of /proc/meminfo and /proc/PID/smaps."""
    found = {}
    for text in lines:
        match = re.fullmatch(r"(\w+): +(\d+) kB", text)
        assert match and match.start(2) >= 16 and match.end(2) >= 24, text
        found[match[1]] = int(match[2])
    return found


def pid_of_spin(line):
    return next(text.split()[1] for text in line.ask("threads") if "spin" in text)


def test_a_machine_without_acpi(machines):
    """The 8259s bring the interrupt; reboot ends QEMU, which is not to start anew."""
    line = machines["noacpi"]
    line.wait_for(r"ring 3")
    line.enter()
    line.send("reboot\r")
    line.read_to("reset\n")
    assert line.end() == 202  # no verdict


def test_after_a_panic(machines):
    """The report first; then the same commands, with a lock held, and a list that leads to a fault."""
    line = machines["panic"]
    report = line.read_to(PROMPT, 60)
    assert "KERNEL PANIC" in report and "end of panic" in report
    # CPU 0 may have been stopped with a lock of its own.
    assert any(text.startswith("CPU 1 holds 'test low' (rank ") for text in line.ask("locks"))
    assert len(line.ask("runq")) == 2
    assert leaves_of(line.ask("space"))
    assert amounts(line.ask("meminfo")) and line.ask("slabinfo")
    assert line.ask("census")[0].startswith("refused: ")
    assert "there is no command" in line.ask("nonsense")[0]
    for _ in range(3):
        line.send("threads\r")
        assert "what was looked at led to a fault" in line.read_to(PROMPT)
    line.send("continue\r")
    assert line.end() == 200


def test_the_tables_after_a_panic(machines):
    """All that a process's tables and the kernel's map, and the way to one address. The framebuffer,
    of 3 MiB, has large pages as far as it fills them, and is write-combining: entry 4 of the PAT."""
    line = machines["check"]
    line.wait_for(r"ring 3")
    line.wait_for_ring_3()
    line.command(MACHINE_CHECK)
    assert "machine check in ring 3" in line.read_to(PROMPT, 60)
    check_dump(line)
    check_walk(line)
    lines = line.ask("space")
    kernel = leaves_of(lines)
    screen = [address for address in kernel if kernel[address][0] and DEVICES <= address < DEVICES_END]
    assert len(screen) == 1 and screen[0] + (2 << 20) in kernel
    told = [text for text in lines if text.endswith("global PAT")]
    starts = [int(text.partition("-")[0], 16) for text in told]
    assert starts == [screen[0], screen[0] + (2 << 20)]


def test_the_dump_agrees_with_qemu(line):
    check_dump(line)


def check_dump(line):
    kernel = leaves_of(line.ask("space"))
    user = leaves_of(line.ask(f"space {pid_of_spin(line)}"))
    assert all(address >= KERNEL_HALF for address in kernel)
    assert len(user) >= 4 and all(address < KERNEL_HALF for address in user)
    assert {**kernel, **user} == qemu_leaves(line)


def test_walk_shows_each_level(line):
    check_walk(line)


def check_walk(line):
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


def test_release_builds_keep_no_trace(line):
    assert line.ask("trace") == ["only debug builds keep a trace"]


@pytest.mark.long
def test_debug_builds_keep_a_trace(builds):
    with SerialLine(builds, "spin", ["--cpus", "2"], build="debug") as line:
        line.wait_for(r"ring 3")
        line.enter()
        entries = line.ask("trace")
        assert 2 < len(entries) <= 64 and all(re.match(r"CPU [01] +\d+\.\d{6} [0-9a-f]{16} \w", text) for text in entries)
        assert any("system call" in text for text in entries) and any("interrupt" in text for text in entries)


@pytest.mark.long
def test_commands_beside_forks_and_kills(builds):
    """What they look at comes and goes meanwhile; the program passes all the same."""
    commands = ("runq", "locks", "meminfo", "slabinfo", "maps {}", "smaps {}", "space {}", "walk 400000 {}")
    with SerialLine(builds, "kill_sweep", ["--cpus", "4", "--append", "quiet"]) as line:
        line.wait_for(r"ring 3")
        line.enter()
        done = 0
        while line.runs():
            try:
                line.send("threads\r")
                pids = re.findall(r"^ +\d+ +([1-9]\d*) +\d \w", line.read_to(PROMPT, 3), re.M)
                for command in commands:
                    line.send(command.format(pids[-1] if pids else 1) + "\r")
                    line.read_to(PROMPT, 3)
                    done += 1
            except (AssertionError, OSError):  # the machine has ended
                assert not line.runs()
        assert line.end() == 0 and done > 50


def test_meminfo(line):
    found = amounts(line.ask("meminfo"))
    assert list(found)[:3] == ["MemTotal", "MemFree", "MemAvailable"]
    assert 200 << 10 < found["MemFree"] < found["MemTotal"] < 256 << 10
    used = sum(found[name] for name in ("Cached", "AnonPages", "Slab", "PageTables"))
    assert all(found[name] > 0 for name in ("Cached", "AnonPages", "Slab", "KernelStack"))
    assert 0 < used <= found["MemTotal"] - found["MemFree"]


def test_buddyinfo_is_what_is_free(line):
    rows = [re.fullmatch(r"Node 0, zone +(\w+) ((?: *\d+ ){19})", text) for text in line.ask("buddyinfo")]
    assert [row[1] for row in rows] == ["DMA", "DMA32", "Normal"]
    blocks = [[int(count) for count in row[2].split()] for row in rows]
    free = sum(count << (order + 2) for counts in blocks for order, count in enumerate(counts))
    assert 0 < free <= amounts(line.ask("meminfo"))["MemFree"] + 1024
    assert not any(blocks[2])  # no RAM above 4 GiB


def test_slabinfo(line):
    version, columns, *rows = line.ask("slabinfo")
    assert version == "slabinfo - version: 2.1" and columns.startswith("# name ")
    caches = {}
    for row in rows:
        match = re.fullmatch(r"(\S+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) : tunables.* : slabdata.*", row)
        active, objects, size, per_slab, pages = (int(match[n]) for n in range(2, 7))
        assert active <= objects and per_slab * size <= pages * 4096
        caches[match[1]] = active
    assert caches["process"] == 1 and caches["thread"] >= 6 and {"vma", "space"} <= set(caches)


MAPS = re.compile(r"([0-9a-f]{8,12})-([0-9a-f]{8,12}) ([r-][w-][x-])([ps]) ([0-9a-f]{8}) 00:00 0 (.*)")


def areas_of(lines):
    """[(start, end, rights, name)] of lines of maps."""
    matches = [MAPS.fullmatch(text) for text in lines]
    assert all(match[6] == "" or match.start(6) <= 73 <= match.end(6) for match in matches)
    return [(int(m[1], 16), int(m[2], 16), m[3], m[6].strip()) for m in matches]


def test_maps_holds_what_the_tables_map(line):
    pid = pid_of_spin(line)
    areas = areas_of(line.ask(f"maps {pid}"))
    assert areas == sorted(areas) and all(start < end for start, end, *_ in areas)
    names = [name for *_, name in areas]
    assert names[0] == "/bin/spin" and names[-1] == "[stack]"
    for address, (_, write, no_execute, *_) in leaves_of(line.ask(f"space {pid}")).items():
        (rights,) = (rights for start, end, rights, _ in areas if start <= address < end)
        assert (not write or "w" in rights) and (no_execute or "x" in rights)


def test_smaps_counts_the_pages(line):
    pid = pid_of_spin(line)
    lines = line.ask(f"smaps {pid}")
    areas = areas_of([text for text in lines if MAPS.fullmatch(text)])
    assert areas == areas_of(line.ask(f"maps {pid}"))
    leaves = leaves_of(line.ask(f"space {pid}"))
    sections = []
    for text in lines:
        if MAPS.fullmatch(text):
            sections.append([])
        else:
            sections[-1].append(text)
    for (start, end, _, name), section in zip(areas, sections):
        assert section[-1].startswith("VmFlags: ")
        found = amounts(section[:-1])
        assert found["Size"] == (end - start) >> 10
        mapped = 4 * sum(start <= address < end for address in leaves)
        assert found["Rss"] <= mapped and (found["Rss"] == mapped or not name)
        kinds = ("Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty")
        assert sum(found[kind] for kind in kinds) == found["Rss"] >= found["Pss"]
    assert any(amounts(section[:-1])["Private_Dirty"] for section in sections)


def test_census(line):
    assert line.ask("census") == ["0 things wrong"]


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
        ("maps", "usage: maps PID"),
        ("smaps 77777", "there is no process 77777"),
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
