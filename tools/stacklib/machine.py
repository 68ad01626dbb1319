"""What the machine code does that the call graph could miss: calls from inline assembly, calls that
the compiler makes up, and functions whose address is taken."""

import re
import struct
import subprocess
from collections import defaultdict

from stacklib.graph import base_name

_FUNCTION = re.compile(r"^[0-9a-f]+ <(.+)>:$")
_JUMP = re.compile(r"\b(call|jmp)\s+[0-9a-f]+ <([^+>]+)>$")
_ADDRESS = re.compile(r"\$0x(ffffffff[0-9a-f]{8})\b|lea\s.*# ([0-9a-f]{16}) ")
_DATA = (".rodata", ".data")


def _output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _symbols(elf):
    """{address: name} of the kernel's functions."""
    lines = [line.split() for line in _output("nm", elf).splitlines()]
    return {int(line[0], 16): line[2] for line in lines if len(line) == 3 and line[1] in "tT"}


def calls(elf):
    """{function: the functions that its instructions call or jump to}, by their base names."""
    found, function = defaultdict(set), "?"
    for line in _output("objdump", "-d", "--no-show-raw-insn", "-j", ".text", elf).splitlines():
        if match := _FUNCTION.match(line):
            function = base_name(match[1])
        elif match := _JUMP.search(line):
            found[function].add((match[1], base_name(match[2])))
    return found


def _pointers_in_data(elf, symbols):
    for section in _DATA:
        command = ["objcopy", "-O", "binary", "-j", section, elf, "/dev/stdout"]
        data = subprocess.run(command, check=True, capture_output=True).stdout
        for (value,) in struct.iter_unpack("<Q", data[: len(data) // 8 * 8]):
            if value in symbols:
                yield symbols[value]


def address_taken(elf):
    """The base names of functions whose address is in data or in an instruction's operand."""
    symbols = _symbols(elf)
    found = set(_pointers_in_data(elf, symbols))
    for line in _output("objdump", "-d", "--no-show-raw-insn", "-j", ".text", elf).splitlines():
        if match := _ADDRESS.search(line):
            address = int(match[1] or match[2], 16)
            if address in symbols:
                found.add(symbols[address])
    return {base_name(name) for name in found}


_STATEMENT = re.compile(r"\b(?:__asm__|asm)\b[^;]*?;", re.S)
_BRANCH = re.compile(r"\b(?:call|jmp)\w*\s+(?!\d+[bf]\b)")
_HEAD = re.compile(r"^[A-Za-z_][^;={}]*?\b(\w+)\([^;{}]*\)\s*\{", re.M | re.S)


def branching_assembly(root):
    """(file, function) of each C function whose inline assembly calls or jumps away."""
    for path in sorted((root / "kernel").rglob("*.[ch]")):
        text = path.read_text()
        for match in _STATEMENT.finditer(text):
            if _BRANCH.search(re.sub(r"\\[nt]", " ", match[0])):
                heads = [h[1] for h in _HEAD.finditer(text[: match.start()])]
                yield str(path.relative_to(root)), heads[-1] if heads else "?"
