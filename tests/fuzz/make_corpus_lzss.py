#!/usr/bin/env python3
"""Write the corpus of the fuzz target lzss: texts that are compressed in each way."""

import struct

import make_corpus


def case(text, known=0, room=1999):
    """A case: what the reader knows of the text, the bytes there are, and the text."""
    return struct.pack("<HH", known, room) + text.encode("ascii")


def lzss():
    yield "empty", case("")
    yield "literals", case("abcdefghijklmnop")
    yield "run", case("x" * 300)
    yield "known", case("page fault (#PF) in ring 0, page fault (#PF) in ring 3", known=26)
    yield "no-room", case("page fault", room=0)
    yield "little-room", case("abcdabcdabcd" + "page fault" * 3, room=9)
    yield "no-room-for-a-match", case("abcdefgh" * 9, room=9)
    yield "registers", case("  rax 0000000000000010 rbx ffff80000103eb30 rcx 0000000000000000\n" * 2)


if __name__ == "__main__":
    make_corpus.write(lzss)
