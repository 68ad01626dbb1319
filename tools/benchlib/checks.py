"""What the kernel's checks of itself cost in some rows.

An instruction belongs to a check by the function that it comes from, inlined ones included, or by
its source line: in the locks' two files each condition that leads to a panic, and the notes that such
conditions compare with.
"""

import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

from benchlib import table as tables
from benchlib.sampling import measure_row

ROOT = Path(__file__).resolve().parent.parent.parent
ROWS = ("null_call", "clock_gettime_call", "zero_fault", "fork_exit_wait")
KINDS = ("way out", "before a switch", "user copies", "locks")

_BY_FUNCTION = {
    "check_exit": "way out",
    "check_rsp0": "way out",
    "lock_left": "way out",
    "check_user_frame": "way out",
    "cr3_load_checked": "before a switch",
    "check_stack": "before a switch",
    "walk_tables": "before a switch",
    "walk_writable": "before a switch",
    "rsp0_assert": "before a switch",
    "kmap_check_slots": "before a switch",
    "check_context": "user copies",
    "in_user_half": "user copies",
    "locks_assert_none": "locks",
    "lock_note_taken": "locks",
}
_LOCK_FILES = ("kernel/core/lock.c", "kernel/core/lock_inline.h")
_NOTES = re.compile(r"unlikely\(|outer")
_PLACE = re.compile(r"(?:.*/)?(kernel/\S+):(\d+)")


@cache
def _line(file, number):
    path = ROOT / file
    lines = path.read_text().splitlines() if path.exists() else []
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _is_lock_check(place):
    """Whether a line of the locks checks, or keeps what is checked."""
    found = _PLACE.match(place)
    if not found or found[1] not in _LOCK_FILES:
        return False
    return bool(_NOTES.search(_line(found[1], int(found[2]))))


def _kind(frames):
    """frames: [(function, place)] of an address, innermost inlined function first."""
    for function, place in frames:
        name = function.partition(".")[0]
        if name in _BY_FUNCTION:
            return _BY_FUNCTION[name]
        if _is_lock_check(place):
            return "locks"
    return None


def _frames(elf, addresses):
    """{address: [(function, place)...]}"""
    command = ["addr2line", "-a", "-f", "-i", "-e", elf]
    words = "\n".join(f"{address:#x}" for address in addresses)
    text = subprocess.run(command, input=words, capture_output=True, text=True, check=True).stdout
    found = {}
    for block in re.split(r"^(?=0x[0-9a-f]{16}$)", text, flags=re.M)[1:]:
        lines = block.splitlines()
        found[int(lines[0], 16)] = list(zip(lines[1::2], lines[2::2]))
    return found


def _costs(row, elf, first):
    """{kind: instructions of one operation}, of the kernel's code from the address `first` on."""
    counts = {a: n for a, n in row.sample.addresses.items() if a >= first}
    costs = Counter()
    for address, frames in _frames(elf, counts).items():
        if kind := _kind(frames):
            costs[kind] += counts[address]
    return {kind: costs[kind] / row.batch for kind in KINDS}


def table(out, programs, symbols):
    """The table, as Markdown."""
    first = symbols.address("kmain") & ~0xFFFFFFF
    lines = [("row", "instructions", *KINDS, "share")]
    for name in ROWS:
        row = measure_row(out, programs, symbols, name)
        costs = _costs(row, out / "stoa.elf", first)
        share = sum(costs.values()) / row.figure
        lines.append((name, f"{row.figure:,}", *(f"{costs[k]:,.0f}" for k in KINDS), f"{share:.1%}"))
    return tables.as_markdown(lines)
