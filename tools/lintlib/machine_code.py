"""What the compiled kernel must not contain, read from its disassembly."""

import re

from lintlib.tree import run

# No vector or x87 register is ever an operand: the kernel holds the user's (-mgeneral-regs-only).
_VECTOR = re.compile(r"%(?:[xyz]?mm\d+|st\b|k[0-7]\b|tmm\d|bnd\d)")

# Instructions on that state as a whole. They belong to the file that saves and restores it.
_STATE = re.compile(
    r"(?:f(?!s\b|s:)\w+|xsave\w*|xrstor\w*|ldmxcsr|stmxcsr|emms|v\w*mxcsr|vzero\w+)$"
)
_STATE_FILES = ("kernel/arch/x86_64/fpu.c", "kernel/arch/x86_64/fpu.h")

_INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$")
_SOURCE = re.compile(r"((?:kernel|boot)/[\w/.-]+):\d+")
_PREFIXES = set("rep repz repnz lock data16 notrack bnd cs ds es fs gs".split())


def _disassembled(tree):
    """Lines of objdump over all code of the kernel, with the sources' names among them."""
    command = ["objdump", "-dlw", "--no-show-raw-insn", "-j"]
    kernel = tree.out / "stoa.elf"
    if not kernel.exists():
        raise FileNotFoundError(f"{kernel} is not built")
    yield from run([*command, ".text", kernel], tree.root).stdout.splitlines()
    # What the loader enters in 32-bit mode; in stoa.elf data would be mixed with it.
    for part in sorted((tree.out / "obj/boot").glob("*.o")):
        yield from run([*command, ".boot.text", "-M", "i386", part], tree.root).stdout.splitlines()


def _instructions(tree):
    """(function, source file, mnemonic, operands) of each instruction of the kernel."""
    function = source = "?"
    for line in _disassembled(tree):
        if match := _INSTRUCTION.match(line):
            words = f"{match[2]} {match[3].split('#')[0]}".split()
            while len(words) > 1 and words[0] in _PREFIXES:
                words.pop(0)
            yield function, source, words[0], " ".join(words[1:])
        elif line.endswith(">:"):
            function, source = line.split("<")[1][:-2], "?"
        elif match := _SOURCE.search(line):
            source = match[1]


def vector_registers(tree):
    """No vector or x87 register in the kernel, and only fpu.c moves that state."""
    found = set()
    for function, source, name, operands in _instructions(tree):
        if _VECTOR.search(operands) or (_STATE.match(name) and source not in _STATE_FILES):
            found.add(f"{function} ({source}): {name} {operands}")
    return sorted(found)


def gs_register(tree):
    """No swapgs and no access through GS: GS is the user's alone."""
    return [
        f"{function} ({source}): {name} {operands}"
        for function, source, name, operands in _instructions(tree)
        if name == "swapgs" or "%gs:" in operands
    ]
