#!/usr/bin/env python3
"""Write the corpora of the fuzz targets memmap, buddy and elf: small cases that reach every part of
the code. The formats of the first two are those that fuzz_memmap.c and fuzz_buddy.c read."""

import random
import struct
import sys
from pathlib import Path

HERE = Path(__file__).parent

# The memory map


def raw(base, length, kind=1):
    return bytes([8 + kind]) + struct.pack("<QQ", base, length)


def entry(kib, length, kind=1, row=None):
    """An entry, or a row of them: 255 means many, 254 very many equal ones, else row / 32."""
    first = kind | (0x80 if row is not None else 0)
    return bytes([first]) + struct.pack("<HHB", kib, length >> 8, row or 0)


def call(what, kib=0, length=0):
    return bytes([7 | what << 3]) + struct.pack("<HHB", kib, length >> 8, 0)


def reserve(kib, length):
    return call(0, kib, length)


def memmap():
    pc = entry(0, 0x9FC00) + entry(639, 0x400, 2) + entry(1024, 0xF00000) + entry(16384, 0x10000, 3)
    yield "empty", b""
    yield "pc", pc + raw(0xFFFC0000, 0x40000, 2)
    yield "unsorted", entry(2048, 0x100000) + entry(1024, 0x180000) + entry(2100, 0x1000, 2)
    yield "types", pc + b"".join(entry(1024 + 64 * i, 0x2000, i) for i in range(7))
    yield "unaligned", entry(4, 0x1800) + entry(10, 0x1100) + entry(32, 0x100, 2) + entry(33, 0x100, 4)
    yield "no-length", pc + entry(100, 0) + raw(0, 0)
    yield "wraps", pc + raw(2**64 - 4096, 8192) + raw(2**64 - 4096, 8192, 2) + raw(4096, 2**64 - 1, 2)
    yield "to-the-end", pc + raw(2**64 - 4096, 4096, 2)
    yield "beyond", raw(63 << 40, 2 << 40) + raw(100 << 40, 1 << 40) + raw(2**52, 4096)
    yield "many-ranges", entry(0, 0x1000, 1, 255) + entry(8192, 0x2000) + entry(8200, 0x1000)
    yield "many-holes", entry(0, 0xFF0000) + entry(0, 0x1000, 2, 255) + entry(8, 0x800, 3)
    yield "full-and-split", entry(0, 0xFF00, 1, 255) + entry(0, 0x100, 2, 255)
    yield "many-entries", entry(1024, 0x10000, 2, 254) + entry(60000, 0x4000) * 6
    yield "limited", pc + call(12, 8192) + call(12, 1) + call(12, 20000)
    yield "reserved", pc + reserve(2048, 0x100100) + reserve(3072, 0x400) + reserve(3073, 0x100)
    yield "reserved-twice", pc + reserve(2048, 0x1000) + reserve(2049, 0x1000) + call(7, 100, 0x100)
    yield "released", pc + reserve(2048, 0x1000) + call(14, 1) + call(14, 0) + call(15, 1)
    allocate = call(8, 0, 0x1000) + call(9, 0, 0x3000) + call(10, 2049, 0x8000) + call(8, 0, 0x100)
    yield "allocated", pc + reserve(1024, 0x2000) + allocate + reserve(1040, 0x2000) + allocate
    below = reserve(1024, 0x2000) + call(10, 0, 0xFF) + reserve(1036, 0x4000) + call(8, 0, 0xF00)
    yield "allocated-below", pc + below + reserve(1028, 0x100) + call(8, 0, 0xF00) * 4
    yield "allocated-down", pc + call(9, 0, 0xFF) + call(8, 0, 0xFF) + call(10, 0, 0xFF) + call(8, 0, 0x1FFF)
    yield "no-room", pc + call(8, 0, 0xFFFF00) + call(11, 0, 0x9FF00) + call(8, 1, 0x100)
    yield "low", pc + call(11, 0, 0x1000) + call(11, 0, 0x100) * 3
    yield "names", b"".join(call(13, i) for i in range(8))
    yield "all-reserved", pc + b"".join(reserve(1024 + 8 * i, 0x100) for i in range(65))


# The buddy allocator


def do(what, a=0, b=0, shift=0):
    return bytes([what | shift << 3]) + struct.pack("<HH", a, b)


def add(start, count):
    return do(0, start, count)


def alloc(order):
    return do(1, order)


def free(index):
    return do(4, index)


def buddy():
    sections = b"".join(do(0, i << 12, 2048, 3 | 4 << 2) for i in range(8, 16))
    yield "empty", b""
    yield "one", add(256, 256) + alloc(0) + free(0)
    yield "edges", add(255, 3) + add(510, 5) + alloc(0) * 4 + free(0) * 4
    yield "join", add(1024, 76) + add(1200, 100) + add(1100, 100) + add(1300, 7) + add(1000, 24) + add(10, 5)
    yield "sections", sections + alloc(18) + alloc(18) + free(0) + alloc(9) * 3 + free(1) * 3
    yield "too-high", add(256, 256) + alloc(19) + alloc(18)
    yield "bad-ranges", add(0, 5) + add(7, 0) + add(100, 10) + add(95, 10) + add(105, 10)
    yield "many-ranges", b"".join(add(2 * i + 1, 1) for i in range(66)) + add(2, 1) + alloc(1)
    inner = alloc(0) * 8 + free(0) + free(2) + free(4) + free(1) + free(0) * 4
    yield "inner-links", add(64, 64) + inner
    wrong = do(7, 0, 0, 0) + do(7, 0, 0, 1) + do(7, 9000, 0, 3) + b"".join(do(7, 5, i, 2) for i in range(11))
    yield "bad-frees", add(1024, 1024) + alloc(3) + alloc(0) + wrong + free(0) + wrong
    yield "two-ranges", add(64, 64) + add(512, 64) + alloc(5) * 4 + free(3) + free(0) + free(0) * 2


# ELF


def header(phnum, kind=2, machine=62, entry=0x401000, phoff=64, phentsize=56, ident=b"\x7fELF\2\1\1"):
    return ident.ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", kind, machine, 1, entry, phoff, 0, 0, 64, phentsize, phnum, 0, 0, 0
    )


def phdr(kind=1, flags=5, offset=0, vaddr=0x400000, filesz=0x100, memsz=None, align=0x1000):
    memsz = filesz if memsz is None else memsz
    return struct.pack("<IIQQQQQQ", kind, flags, offset, vaddr, vaddr, filesz, memsz, align)


def program(*phdrs, size=0x200, **fields):
    return (header(len(phdrs), **fields) + b"".join(phdrs)).ljust(size, b"\0")


def elf():
    text = phdr()
    data = phdr(flags=6, vaddr=0x402000, offset=0, filesz=0x80, memsz=0x3000)
    yield "exec", program(text, data, phdr(kind=0x6474E551, flags=6))
    yield "dyn", program(phdr(vaddr=0), phdr(flags=6, vaddr=0x1000, align=0x200000), kind=3, entry=0x10)
    yield "exec-stack", program(text, phdr(kind=0x6474E551, flags=7), phdr(kind=0x6474E551))
    yield "writable-text", program(phdr(flags=7))
    yield "overlap", program(text, phdr(flags=4, vaddr=0x400000))
    yield "bss-only", program(phdr(flags=6, offset=5000, vaddr=0x403000, filesz=0, memsz=10))
    yield "no-memory", program(text, phdr(filesz=0, memsz=0))
    yield "interpreter", program(phdr(kind=3, offset=0x100, filesz=8), text)
    yield "interpreter-no-end", program(phdr(kind=3, offset=0, filesz=3), text)
    yield "interpreter-short", program(phdr(kind=3, filesz=1), text)
    yield "interpreter-long", program(phdr(kind=3, filesz=4097), text)
    yield "interpreter-cut-off", program(phdr(kind=3, offset=0x1FF, filesz=8), text)
    yield "shorter-in-memory", program(phdr(memsz=1))
    yield "too-low", program(phdr(vaddr=0, offset=0))
    yield "too-high", program(phdr(vaddr=2**47 - 8192, memsz=8192))
    yield "far-too-high", program(phdr(vaddr=2**63))
    yield "odd-offset", program(phdr(offset=1))
    yield "odd-bss", program(phdr(vaddr=0x400010, filesz=0, memsz=16))
    yield "past-the-end", program(phdr(filesz=0x1000))
    yield "far-past-the-end", program(phdr(offset=2**64 - 0x1000, filesz=0x1000))
    yield "many-segments", program(*(phdr(vaddr=0x400000 + i * 4096) for i in range(17)), size=0x500)
    yield "no-segment", program(phdr(kind=4))
    yield "high-entry", program(text, entry=2**63)
    yield "no-header", header(1)[:63]
    yield "no-magic", program(text, ident=b"#!/bin/sh\n")
    yield "32-bit", program(text, ident=b"\x7fELF\1\1\1")
    yield "relocatable", program(text, kind=1)
    yield "other-machine", program(text, machine=183)
    yield "no-phdrs", program()
    yield "too-many-phdrs", header(1171).ljust(66000, b"\0")
    yield "phdrs-cut-off", header(2) + phdr()
    yield "odd-phentsize", program(text, phentsize=64)
    yield "far-phdrs", program(text, phoff=2**64 - 56)
    yield "odd-align", program(phdr(align=0), phdr(vaddr=0x500000, align=24576), phdr(vaddr=0x600000, align=2**62))


def umap():
    """Operations at random, with much forking, and with large pages that come and go."""
    choose = random.Random(1)
    for i in range(8):
        yield f"random-{i}", choose.randbytes(2048)
    for i in range(8):
        words = bytearray(choose.randbytes(2048))
        for at in range(1, len(words), 8):
            words[at] = choose.choice((0, 130, 140, 190, 210, 215, 215, 216))
        yield f"mixed-{i}", bytes(words)
    for i in range(4):
        words = bytearray(choose.randbytes(2048))
        for at in range(1, len(words), 8):
            words[at] = choose.choice((130, 130, 140, 210, 222, 227, 227, 227))
        yield f"merging-{i}", bytes(words)


def main():
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "corpus"
    for target in (memmap, buddy, elf, umap):
        folder = out / target.__name__
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in target():
            (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
