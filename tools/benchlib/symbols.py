"""Functions by address, of the kernel and of programs."""

import bisect
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_LAYOUT = ROOT / "kernel/arch/x86_64/layout.h"
_PAGE = 4096
_LINE = re.compile(r"^([0-9a-f]+) [tTwW] (\S+)$", re.M)


def functions_of(elf):
    """[(address, name)] of an ELF file's code, ascending; of several names for one the first."""
    text = subprocess.run(["nm", "-n", elf], check=True, capture_output=True, text=True).stdout
    found = {}
    for address, name in _LINE.findall(text):
        found.setdefault(int(address, 16), name)
    return sorted(found.items())


def entry_address(elf):
    """Where the program begins."""
    text = subprocess.run(["readelf", "-h", elf], check=True, capture_output=True, text=True).stdout
    return int(re.search(r"Entry point address:\s+(0x[0-9a-f]+)", text)[1], 16)


def _layout(name):
    return int(re.search(rf"^#define {name}\s+UL\((0x[0-9a-f]+)\)", _LAYOUT.read_text(), re.M)[1], 16)


def _entry_page(kernel):
    """The functions of the page cpu_entry where CPU 0 executes them: in its window."""
    start = dict((name, address) for address, name in kernel)["cpu_entry"]
    there = _layout("PERCPU_STACK_REGION_BASE") + _layout("WINDOW_ENTRY")
    page = [(address, name) for address, name in kernel if start <= address < start + _PAGE]
    return [(there + address - start, name) for address, name in page]


class Symbols:
    """All functions that a profile may meet."""

    def __init__(self, kernel, *programs):
        own = functions_of(kernel)
        found = [*own, *_entry_page(own)]
        for program in programs:
            found += [(a, f"{name} ({Path(program).name})") for a, name in functions_of(program)]
        self.table = sorted(found)

    def name(self, index):
        """What the plugin's number stands for."""
        return self.table[index][1] if index >= 0 else "?"

    def is_user(self, index):
        """Whether it is a program's."""
        return index >= 0 and self.name(index).endswith(")")

    def at(self, address):
        """The number of the function at an address."""
        return bisect.bisect([a for a, _ in self.table], address) - 1

    def address(self, name):
        """Where a function begins."""
        return next(a for a, n in self.table if n == name)

    def write(self, path):
        """For the plugin."""
        path.write_text("".join(f"{address:x}\n" for address, _ in self.table))
