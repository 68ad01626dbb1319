"""No literal addresses in assembly: a number there has a name, and addresses are layout.h's."""

import re

# Smaller numbers are sizes, offsets and bits. Sizes are often decimal, addresses never.
_SMALLEST_HEX = 0x1000
_SMALLEST = 0x10000
_HALF = 0xFFFF800000000000
_LAYOUT = "kernel/arch/x86_64/layout.h"

_NUMBER = re.compile(r"(?<![\w.])(0[xX][0-9a-fA-F]+|\d+)(?:UL|ULL)?(?![\w.])")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_ASM = re.compile(r"\b(?:__asm__|asm)\b[^;{}]*?\(")


def _blank(match):
    """Spaces and the line ends of what matched, so that line numbers stay."""
    return re.sub(r"[^\n]", " ", match[0])


def _lines(text):
    """(number, logical line) without comments; lines that end in \\ are joined."""
    text = _COMMENT.sub(_blank, text)
    start, joined = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        if line.endswith("\\"):
            joined += line[:-1] + " "
        else:
            yield start, joined + line
            start, joined = number + 1, ""


def _value(number):
    return int(number, 16) if number[:2] in ("0x", "0X") else int(number)


def _large(text):
    found = _NUMBER.findall(text)
    return [n for n in found if _value(n) >= (_SMALLEST_HEX if "x" in n.lower() else _SMALLEST)]


def _bare_operand(line, macros):
    """A number that stands alone as an operand, which makes it an address: `mov 0x500, %eax`."""
    line = re.sub(r"^\s*\w+:", "", line).strip()
    mnemonic, _, operands = line.partition(" ")
    if not mnemonic or mnemonic.startswith(("#", ".", "\\")) or mnemonic in macros:
        return None
    parts = [part.strip() for part in re.sub(r"\([^)]*\)", "()", operands).split(",")]
    return next((part for part in parts if re.fullmatch(r"\*?-?(0x[0-9a-fA-F]+|\d+)", part)), None)


def _in_assembly(file, text):
    macros = set(re.findall(r"^\s*\.macro\s+(\w+)", text, re.M))
    found = []
    for number, line in _lines(text):
        line = _STRING.sub('""', line)
        if line.lstrip().startswith("#"):
            # A constant by name; but one in the kernel's half is an address.
            bad = [n for n in _large(line) if _value(n) >= _HALF]
            found += [f"{file}:{number}: {n} is an address of layout.h's" for n in bad]
            continue
        found += [f"{file}:{number}: literal {n} without a name" for n in _large(line)]
        if bare := _bare_operand(line, macros):
            found.append(f"{file}:{number}: literal address {bare}")
    return found


def _statement_end(text, start):
    """The index behind the parenthesis that closes the one before `start`."""
    depth = 1
    while depth and start < len(text):
        depth += {"(": 1, ")": -1}.get(text[start], 0)
        start += 1
    return start


def _in_c(file, text):
    """The same for assembly inside C, its operands included."""
    text = _COMMENT.sub(_blank, text)
    found = []
    for match in _ASM.finditer(text):
        statement = text[match.start() : _statement_end(text, match.end())]
        line = text.count("\n", 0, match.start()) + 1
        found += [f"{file}:{line}: literal {n} in assembly" for n in _large(statement)]
        for string in _STRING.findall(statement):
            for part in re.split(r"\\n|;", string[1:-1].replace("\\t", " ")):
                if bare := _bare_operand(part.replace("%%", "%"), set()):
                    found.append(f"{file}:{line}: literal address {bare} in assembly")
    return found


def literal_addresses(tree):
    """No literal addresses in assembly, nor in the linker script."""
    found = []
    for file in tree.under("boot/", "kernel/", ends=(".S", ".ld")):
        found += _in_assembly(file, tree.text(file))
    for file in tree.under("kernel/", ends=(".c", ".h")):
        if file != _LAYOUT:
            found += _in_c(file, tree.text(file))
    return found
