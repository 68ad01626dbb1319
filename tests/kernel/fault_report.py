"""Reading the kernel's fault reports: a panic's on the log, and those on programs that died."""

import re
from dataclasses import dataclass, field

REGISTERS = (
    r"rip [0-9a-f]{16} cs [0-9a-f]{2} rflags [0-9a-f]{6} rsp [0-9a-f]{16} ss [0-9a-f]{2}$",
    r"rax [0-9a-f]{16} rbx [0-9a-f]{16} rcx [0-9a-f]{16}$",
    r"rdx [0-9a-f]{16} rsi [0-9a-f]{16} rdi [0-9a-f]{16}$",
    r"rbp [0-9a-f]{16} r8  [0-9a-f]{16} r9  [0-9a-f]{16}$",
    r"r10 [0-9a-f]{16} r11 [0-9a-f]{16} r12 [0-9a-f]{16}$",
    r"r13 [0-9a-f]{16} r14 [0-9a-f]{16} r15 [0-9a-f]{16}$",
)
LEVELS = ("PML4", "PDPT", "PD", "PT")

PAGE_FAULT, DOUBLE_FAULT = 14, 8
PRESENT, LARGE = 1, 0x80


@dataclass
class Step:
    """One line of a page walk."""

    level: str
    index: int
    entry: int
    words: list


@dataclass
class Trap:
    """What trap reports share."""

    name: str
    vector: int
    error: int
    words: str  # the error code in words
    registers: dict
    cr2: int = None
    walk: list = field(default_factory=list)


def plain(log):
    """The log's lines without their times."""
    return [re.sub(r"^\[[^]]*\] ", "", line) for line in log.splitlines()]


def read_registers(lines):
    """The values in the lines of registers, all of which must be there."""
    for pattern in REGISTERS:
        assert any(re.search(rf"^  {pattern}", line) for line in lines), f"no line {pattern}"
    found = {}
    for line in lines:
        if any(re.match(rf"  {pattern}", line) for pattern in REGISTERS):
            found.update((k, int(v, 16)) for k, v in re.findall(r"(\w+) +([0-9a-f]+)", line))
    return found


def read_walk(lines, address):
    """The steps of the page walk of `address`, which must be told."""
    start = [i for i, line in enumerate(lines) if line.startswith(f"page walk of {address:016x} ")]
    assert len(start) == 1, f"{len(start)} page walks of {address:x}"
    steps = []
    for line in lines[start[0] + 1 :]:
        step = re.fullmatch(r"  (\w+) *\[ *(\d+)\] ([0-9a-f]{16}) (.*)", line)
        if not step:
            break
        steps.append(Step(step[1], int(step[2]), int(step[3], 16), step[4].split()))
    return steps


def read_trap(lines):
    """The trap among the lines of one report."""
    pattern = r"(.*), vector (\d+), error code 0x([0-9a-f]+)(?:: (.*))?"
    head = [m for m in (re.fullmatch(pattern, line) for line in lines) if m]
    assert len(head) == 1, f"{len(head)} lines name a vector"
    name, vector, error, words = head[0].groups()
    trap = Trap(name, int(vector), int(error, 16), words or "", read_registers(lines))
    cr2 = [m for m in (re.fullmatch(r"  cr2 ([0-9a-f]{16})", line) for line in lines) if m]
    if cr2:
        trap.cr2 = int(cr2[0][1], 16)
        trap.walk = read_walk(lines, trap.cr2)
    return trap


def check_walk(trap):
    """The walk goes level by level, with the indices of the address, to a page or a gap."""
    assert [step.level for step in trap.walk] == list(LEVELS[: len(trap.walk)])
    assert trap.walk
    for depth, step in enumerate(trap.walk):
        assert step.index == trap.cr2 >> 39 - 9 * depth & 511
        assert ("present" in step.words) == bool(step.entry & PRESENT)
        last = not step.entry & PRESENT or step.level == "PT" or bool(step.entry & LARGE)
        assert last == (depth == len(trap.walk) - 1)
        assert ("page" in step.words) == bool(last and step.entry & PRESENT)


def read_backtrace(lines, start):
    """The functions named from line `start` on, up to the first line that names none."""
    names = []
    for line in lines[start:]:
        call = re.fullmatch(r"  0x[0-9a-f]+ (\S+)\+0x[0-9a-f]+", line)
        if not call:
            break
        names.append(call[1])
    return names


@dataclass
class Panic:
    """A kernel panic's report."""

    cpu: int
    cause: str
    lines: list

    @property
    def backtrace(self):
        """The functions of the CPU that panicked."""
        return read_backtrace(self.lines, self.lines.index("backtrace") + 1)

    def other(self, cpu):
        """What is told of another CPU: its line's words, and its functions."""
        heads = [i for i, line in enumerate(self.lines) if line.startswith(f"CPU {cpu}: ")]
        assert len(heads) == 1, f"{len(heads)} lines on CPU {cpu}"
        words = self.lines[heads[0]].partition(": ")[2]
        return words, read_backtrace(self.lines, heads[0] + 1)

    def runs(self, cpu):
        """Whom a CPU ran, in the report's words."""
        head = f"  CPU {cpu} runs "
        found = [line for line in self.lines if line.startswith(head)]
        assert len(found) == 1, f"{len(found)} lines on what CPU {cpu} runs"
        return found[0].removeprefix(head)


def read_panic(log):
    """The panic on a log, complete to its last line."""
    # What another CPU was writing to the same port may stand in front.
    lines = plain(log)
    heads = [i for i, line in enumerate(lines) if "KERNEL PANIC" in line]
    assert len(heads) == 1, f"{len(heads)} panics on the log"
    at = heads[0]
    head = re.search(r"KERNEL PANIC on CPU (\d+) \(.*?\): (.*)", lines[at])
    assert lines[-1] == "end of panic"
    return Panic(int(head[1]), head[2], lines[at + 1 :])


def read_deaths(log):
    """The reports on programs that faults ended: [(cpu, pid, signal, Trap)]; needs a quiet log."""
    lines = plain(log)
    head = r"fault: (.*) in ring 3, CPU (\d+), pid=(\d+) \((.*)\), signal (\d+)"
    deaths = []
    for start, line in enumerate(lines):
        death = re.fullmatch(head, line)
        if not death:
            continue
        end = start + 1
        while end < len(lines) and not re.match(r"proc: |fault: ", lines[end]):
            end += 1
        trap = read_trap(lines[start + 1 : end])
        assert trap.name == death[1]
        deaths.append((int(death[2]), int(death[3]), int(death[5]), trap))
    return deaths
