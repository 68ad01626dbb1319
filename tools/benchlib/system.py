"""Rows of a whole system: its boot, the memory that it keeps, the size of its image."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path

from benchlib import linux, stoa

MEMORIES = (256, 1024, 65_536)  # MiB
BOOT_REACH = 5_000_000
KEPT_REACH = 4 << 20  # of 256 MiB

_TOLD = re.compile(r"started at tick (\d+), usable (\d+), available (\d+)")


@dataclass
class SystemRow:
    """One figure of both systems."""

    name: str
    linux: int
    stoa: int
    reach: int | None = None  # None: only told

    @property
    def good(self):
        """Whether it is as small as it has to be."""
        return self.reach is None or self.stoa <= self.reach

    def as_dict(self):
        """For JSON."""
        return {**asdict(self), "good": self.good}


def _size(mib):
    return f"{mib} MiB" if mib < 1024 else f"{mib >> 10} GiB"


def _measure_linux(kernel, init, folder, memory):
    """(instructions of the boot, bytes kept)."""
    initramfs = folder / "system.cpio"
    contents = linux.write_initramfs(initramfs, {"/init": init})
    entry = linux.entry_tick(kernel, initramfs, linux.BEST_WORDS, folder, memory)
    told = _TOLD.search(linux.run(kernel, initramfs, linux.BEST_WORDS, memory))
    if not told:
        raise linux.LinuxError(f"Linux did not tell its memory with {_size(memory)}")
    start, usable, available = map(int, told.groups())
    return start - entry, usable - available - contents


def rows(kernel, init, iso, elf, program, folder):
    """All system rows. init: linux_init; program: any that ends well on Stoa."""
    boots, kept = [], []
    for memory in MEMORIES:
        boot, bytes_kept = _measure_linux(kernel, init, folder, memory)
        ours = stoa.run(iso, program, memory=memory)
        goal = BOOT_REACH if memory == 1024 else None
        boots.append(SystemRow(f"boot, instructions, {_size(memory)}", boot, ours.boot_instructions, goal))
        goal = KEPT_REACH if memory == 256 else None
        kept.append(SystemRow(f"memory kept, bytes of {_size(memory)}", bytes_kept, ours.unavailable, goal))
    size = SystemRow("image file, bytes", kernel.image.stat().st_size, Path(elf).stat().st_size)
    return [*boots, *kept, size]
