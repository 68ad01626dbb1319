"""What a machine shows, read back: a picture, and the characters on it by their glyphs."""

import gzip
import re
import struct

FONT = "/usr/share/consolefonts/Uni2-Terminus16.psf.gz"
WIDTH, HEIGHT = 8, 16


def _glyphs():
    """{rows of a glyph: its character}, of the printable ASCII characters."""
    with gzip.open(FONT) as file:
        data = file.read()
    assert data[:2] == b"\x36\x04" and data[3] == HEIGHT
    end = 4 + (512 if data[2] & 1 else 256) * HEIGHT
    codes = memoryview(data[end : end + (len(data) - end) // 2 * 2]).cast("H")
    found, glyph = {}, 0
    for code in codes:
        if code == 0xFFFF:
            glyph += 1
        elif 32 <= code < 127:
            found[data[4 + glyph * HEIGHT : 4 + (glyph + 1) * HEIGHT]] = chr(code)
    return found


GLYPHS = _glyphs()


def _read_ppm(data):
    """Width, height, and the bytes of red, green, blue."""
    head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
    return int(head[1]), int(head[2]), data[head.end() :]


def _colours(pixels):
    """The bytes of red, green, blue of pixels with 32 bits, blue first."""
    colours = bytearray(len(pixels) // 4 * 3)
    for colour in range(3):
        colours[2 - colour :: 3] = pixels[colour::4]
    return bytes(colours)


def _read_xwd(data):
    """The same of what Xvfb keeps in a file, with 32 bits a pixel."""
    head = struct.unpack_from(">25I", data)
    (width, height), bits, pitch = head[4:6], head[11], head[12]
    assert bits == 32 and pitch == 4 * width and head[7] == 0
    return width, height, _colours(data[head[0] + 12 * head[19] :][: height * pitch])


class Picture:
    """A picture of 8 bits a colour."""

    def __init__(self, width, height, colours, left=0, top=0):
        """colours: bytes of red, green, blue; left, top: columns and lines that are left out."""
        self._stride, self.bytes = width, colours
        self._left, self._top = left, top
        self.width, self.height = width - left, height - top

    @classmethod
    def read(cls, path, left=0, top=0):
        """QEMU's screendump, or the screen of Xvfb."""
        with open(path, "rb") as file:
            data = file.read()
        size_and_colours = _read_ppm(data) if data[:2] == b"P6" else _read_xwd(data)
        return cls(*size_and_colours, left, top)

    @classmethod
    def of_memory(cls, path, width, height, pitch):
        """A copy of a framebuffer of 32 bits a pixel, blue first; pitch: bytes from line to line."""
        with open(path, "rb") as file:
            data = file.read()
        lines = (data[y * pitch :][: 4 * width] for y in range(height))
        return cls(width, height, _colours(b"".join(lines)))

    def pixel(self, x, y):
        """(red, green, blue)"""
        at = 3 * ((y + self._top) * self._stride + x + self._left)
        return tuple(self.bytes[at : at + 3])

    def _rows(self, x, y, scale):
        """The rows of a cell as a glyph, and as one whose colours are reversed."""
        bits = bytearray()
        for line in range(HEIGHT):
            row = 0
            for column in range(WIDTH):
                bright = max(self.pixel(x + column * scale, y + line * scale)) >= 0x80
                row = row << 1 | bright
            bits.append(row)
        return bytes(bits), bytes(b ^ 0xFF for b in bits)

    def text(self, scale=1):
        """The lines of text; what is no glyph is U+FFFD, and the cursor shows what is below it."""
        lines = []
        for y in range(0, self.height - HEIGHT * scale + 1, HEIGHT * scale):
            line = ""
            for x in range(0, self.width - WIDTH * scale + 1, WIDTH * scale):
                plain, reverse = self._rows(x, y, scale)
                line += GLYPHS.get(plain) or GLYPHS.get(reverse) or "\ufffd"
            lines.append(line.rstrip())
        return lines
