"""The QR code of a panic's report, read (docs/panic.md)."""

import re
import zlib
from pathlib import Path

MARK = "STOA1:"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_WORDS = Path(__file__).resolve().parent.parent.parent / "kernel/core/report_words.h"
_HEADER = 6


class BadCode(Exception):
    """What is no code of a report, or a damaged one."""


def find(text):
    """The code in a text, such as a scanner's output; None when there is none."""
    found = re.search(rf"{MARK}[{re.escape(_DIGITS)}]+", text)
    return found[0] if found else None


def known_words():
    """What the compressor took for known: the string literals of the kernel's header."""
    source = re.sub(r"/\*.*?\*/", "", _WORDS.read_text(encoding="ascii"), flags=re.S)
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', source)).replace("\\n", "\n")


def _from_base45(text):
    """RFC 9285."""
    data = bytearray()
    for at in range(0, len(text), 3):
        group = text[at : at + 3]
        value = sum(_DIGITS.index(c) * 45**n for n, c in enumerate(group))
        size = len(group) - 1
        if not size or value >= 256**size:
            raise BadCode("these are no bytes in base 45")
        data += value.to_bytes(size, "big")
    return bytes(data)


class _Bits:
    def __init__(self, data):
        self._text = "".join(f"{byte:08b}" for byte in data)
        self._at = 0

    def take(self, count):
        """The next bits as a number."""
        if self._at + count > len(self._text):
            raise BadCode("the compressed text ends too early")
        self._at += count
        return int(self._text[self._at - count : self._at] or "0", 2)

    def gamma(self):
        """A number from 1 on in Elias' gamma code."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return 1 << zeros | self.take(zeros)


def expand(data, known, length):
    """The text of that length that was compressed behind what is known."""
    text, bits = bytearray(known.encode("ascii")), _Bits(data)
    end = len(text) + length
    while len(text) < end:
        if not bits.take(1):
            text.append(bits.take(7))
            continue
        distance = bits.take(len(text).bit_length())
        count = bits.gamma() + 1
        if not 0 < distance <= len(text) or len(text) + count > end:
            raise BadCode("the compressed text refers to what is not there")
        for _ in range(count):
            text.append(text[-distance])
    return bytes(text[end - length :])


def decode(code):
    """The text of the report in such a code."""
    data = _from_base45(code.removeprefix(MARK))
    if len(data) < _HEADER:
        raise BadCode("it is too short")
    crc, length = int.from_bytes(data[:4], "little"), int.from_bytes(data[4:_HEADER], "little")
    text = expand(data[_HEADER:], known_words(), length)
    if zlib.crc32(text) != crc:
        raise BadCode("its checksum is wrong: it is damaged, or of a kernel with other words")
    return text.decode("ascii")
