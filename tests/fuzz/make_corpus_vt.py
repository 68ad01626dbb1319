#!/usr/bin/env python3
"""Write the corpus of the fuzz target vt: small cases that reach every part of the terminal."""

import make_corpus


def screen(text, rows=4, columns=10):
    """A case: the screen's size, and what is written to it."""
    return bytes([rows - 1, columns - 1]) + (text if isinstance(text, bytes) else text.encode())


def csi(*sequences):
    """Control sequences with some text between them."""
    return "ab".join(f"\x1b[{each}" for each in sequences)


def vt():
    yield "text", screen("hello, world\r\n\thow long a line is this\b\b!\n\v\f\a\x7f", 3, 12)
    yield "utf-8", screen("é─€😀日本e\u0301\u200b\U0010ffff")
    yield "utf-8-wrong", screen(b"\xff\xc0\x80\xe2\x82x\xed\xa0\x80\xf4\x90\x80\x80\xe2\x1b[m\x80")
    yield "wide-at-the-end", screen("abcdefghi日本", 2, 10)
    yield "no-wrap", screen("\x1b[?7labcdefghijkl日", 2, 4)
    yield "insert", screen("abcdef\r\x1b[4hXY日\x1b[4lZ")
    yield "scroll", screen("1\r\n2\r\n3\r\n4\r\n5\r\n6\x1bM\x1bM\x1bM\x1bM\x1bM\x1bD\x1bE", 3)
    yield "region", screen("\x1b[2;3r\n\n\n\n" + csi("2L", "M", "1;1H", "L", "S", "2T", "9;1r", "3;2r"))
    yield "below-region", screen("\x1b[1;2r\x1b[4;1H\n\n\x1b[A\x1b[9A\x1b[9B\x1bM")
    yield "moves", screen(csi("2A", "B", "3C", "D", "E", "F", "4G", "2d", "3;3H", "2;2f", "a", "e", "5`"))
    yield "edits", screen("abcdefgh\r\x1b[3C" + csi("2@", "P", "2X", "K", "1K", "2K", "9K"))
    yield "erase", screen("abc\r\ndef\r\nghi\x1b[2;2H" + csi("J", "1J", "2J", "3J", "4J"))
    yield "modes", screen(csi("?6h", "2;2H", "?6l", "?25l", "?25h", "20h", "20l", "?1049h", "7h", "?2;7l"))
    yield "colours", screen(csi("1;4;7m", "22;24;27m", "21m", "31;42m", "39;49m", "95;106m", "m", "8m"))
    yield "many-colours", screen(
        csi("38;5;9m", "48;5;100m", "38;5;240m", "48;5;255m", "38;2;255;0;9m", "48;2;80;80;80m")
        + csi("38;5m", "38;2;1m", "38;9;1m", "38m", "48:5:232m", "38;2;999;0;200m", "38;5;999m")
    )
    yield "tabs", screen("\t\t\x1b[3g\t\r\x1b[4C\x1bH\r\t\x1b[g\x1b[2g\r\t", 3, 40)
    yield "line-drawing", screen("\x1b(0lqk\x1b(B\x0exx\x1b)0xx\x0fxx\x1b*0")
    yield "saved", screen("ab\x1b7\x1b[31mcd\x1b8ef\x1b[s\x1b[H\x1b[u\x1b[99u\x1bc\x1bZ\x1b=")
    yield "strings", screen("a\x1b]0;title\ab\x1bPq\x1b\\c\x1b^d\x1b\\\x1b_e\x1b\\\x1bXf\x1b\\\x1b]2\n\x18g")
    yield "palette", screen("\x1b]Rab\x1b]P0ff00ffcd\x1b]P0\x1b[m")
    yield "broken", screen("\x1b[1;\x182m\x1b[?1?2h\x1b[1?h\x1b[ q\x1b[1 2q\x1b[!p\x1b[>4;2m\x1b[é\x1b#8\x1b#\n8")
    yield "controls-in-sequences", screen("\x1b[1\n;2\rH\x1b[1\x1b[2C\x1b\x1a")
    yield "many-parameters", screen("\x1b[" + "1;" * 40 + "m\x1b[99999999999C\x1b[0;0H")
    yield "one-cell", screen("a\r\nb日\x1b[4hc\x1b[5@\x1b[5P\x1b[L\x1b[M\x1b[J\x1bM\t", 1, 1)
    yield "largest", screen("x" * 300 + "\x1b[200;300Hy\x1b[5S", 128, 256)


if __name__ == "__main__":
    make_corpus.write(vt)
