"""The rows of user/bench: what they cost on Linux, and what Stoa has to reach.

All figures are guest instructions of one operation. `linux` was measured when the goals were set;
tools/bench measures it again and compares.
"""

import re
from dataclasses import dataclass

# The parts of the system that exist, and whose rows therefore have to reach their figures:
# R ring 3, M memory, P processes, F files.
DUE_PARTS = "R"

WORST_RATIO = 0.40
MEAN_RATIO = 0.20
SAME = 0.01  # two runs on the same machine
SAME_LINUX = 0.05  # Linux then and now


@dataclass(frozen=True)
class Row:
    """A row's goal."""

    name: str
    part: str
    linux: int
    reach: int
    moved: int = 0  # instructions that clear or copy memory: the ratio is of the rest
    modes: bool = False  # Linux' figure is the smaller of median and mode
    mean: bool = True  # whether it belongs to the geometric mean
    worst: float = WORST_RATIO  # the largest ratio allowed

    @property
    def due(self):
        """Whether it has to reach its figure by now."""
        return self.part in DUE_PARTS

    def ratio(self, linux, stoa):
        """Stoa's share of Linux' figure, both without what clears and copies."""
        return max(stoa - self.moved, 0) / max(linux - self.moved, 1)


ROWS = (
    Row("null_call", "R", 311, 100),
    Row("getpid", "R", 295, 95),
    Row("sched_yield", "R", 780, 150, modes=True),
    Row("clock_gettime_call", "R", 413, 140),
    Row("mmap_munmap", "R", 11_664, 1_500),
    Row("mmap_touch_munmap_4k", "R", 17_955, 2_700, moved=516),
    Row("zero_fault", "R", 3_199, 850, moved=516),
    Row("fork_exit_wait", "R", 319_215, 60_000),
    Row("fork_exec_wait", "R", 430_895, 75_000),
    Row("cow_fault_parent", "M", 3_828, 1_100, moved=516),
    Row("cow_fault_child", "M", 3_828, 1_100, moved=516),
    Row("mmap_touch_munmap_64k", "M", 82_071, 16_000, moved=8_256),
    Row("mmap_touch_munmap_1m", "M", 1_091_550, 230_000, moved=132_096),
    Row("mmap_touch_munmap_64m", "M", 11_445_203, 9_500_000, moved=8_400_000),
    Row("mprotect_pair", "M", 13_285, 1_800),
    Row("brk_grow", "M", 3_079, 450),
    Row("brk_grow_touch", "M", 6_388, 1_400, moved=516),
    Row("vfork_exec_wait", "P", 142_816, 30_000),
    Row("clock_gettime_vdso", "F", 80, 60, mean=False, worst=1.0),
)
BY_NAME = {row.name: row for row in ROWS}

_LINE = re.compile(r"^(\w+) median=(\d+) min=(\d+) mode=(\d+) samples=(\d+)x(\d+)\s*$", re.M)
_START = re.compile(r"^bench: started at tick (\d+)", re.M)
_TROUBLE = re.compile(r"^(bench: .*: failed .*|bench: the child .*|\w+ was not finished)\s*$", re.M)


@dataclass(frozen=True)
class Measured:
    """A row of the program's output."""

    median: int
    least: int
    mode: int
    samples: int
    batch: int


@dataclass
class Output:
    """What a run of the program printed."""

    start: int  # the tick at which it started
    rows: dict  # {name: Measured}, those that are not absent


def parse(text):
    """The program's output; ValueError when it did not run to its end."""
    if trouble := _TROUBLE.search(text):
        raise ValueError(trouble[1])
    start = _START.search(text)
    if not start:
        raise ValueError("it did not start")
    found = {line[1]: Measured(*map(int, line.groups()[1:])) for line in _LINE.finditer(text)}
    return Output(int(start[1]), found)


def linux_figure(row, measured):
    """What counts for a row on Linux."""
    return min(measured.median, measured.mode) if row.modes else measured.median
