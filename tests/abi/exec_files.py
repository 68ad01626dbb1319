"""Files for abi_exec: damaged copies of a good program, each wrong in one way."""

import struct

EHDR_PHOFF = 32
PHDR_SIZE = 56
PT_INTERP = 3
PT_NULL = 0


def _patch(image, offset, form, value):
    """The image with one field changed."""
    field = struct.pack(form, value)
    return image[:offset] + field + image[offset + len(field) :]


def _with_interpreter(image, path=b"/no/such/interpreter\0"):
    """Its last program header that is not a segment becomes PT_INTERP, with a path put behind."""
    (phoff,) = struct.unpack_from("<Q", image, EHDR_PHOFF)
    (phnum,) = struct.unpack_from("<H", image, 56)
    for index in reversed(range(phnum)):
        at = phoff + index * PHDR_SIZE
        (kind,) = struct.unpack_from("<I", image, at)
        if kind != 1:
            header = struct.pack(
                "<IIQQQQQQ", PT_INTERP, 4, len(image), 0, 0, len(path), len(path), 1
            )
            return image[:at] + header + image[at + PHDR_SIZE :] + path
    raise ValueError("no program header to spare")


def make(folder, program, others):
    """Write the files into the folder, damaged copies of the program, and copies of others."""
    good = program.read_bytes()
    files = {
        "copy": good,
        **{path.name: path.read_bytes() for path in others},
        "empty": b"",
        "text": b"neither an ELF file nor a script\n",
        "short": good[:40],
        "magic": b"\x7fELG" + good[4:],
        "machine": _patch(good, 18, "<H", 183),
        "relocatable": _patch(good, 16, "<H", 1),
        "phentsize": _patch(good, 54, "<H", 40),
        "no_phdrs": _patch(good, 56, "<H", 0),
        "phdrs_beyond": _patch(good, EHDR_PHOFF, "<Q", len(good) + 4096),
        "interp": _with_interpreter(good),
        "entry": _patch(good, 24, "<Q", 0x10000),
        "plain": good,
    }
    for name, data in files.items():
        path = folder / name
        path.write_bytes(data)
        path.chmod(0o644 if name == "plain" else 0o755)
