"""Scripts for the test loader (loader.c), and boots with it."""

import struct

TAG_CMDLINE, TAG_LOADER, TAG_MODULE, TAG_MMAP, TAG_FRAMEBUFFER = 1, 2, 3, 6, 8
TAG_RSDP_OLD, TAG_RSDP_NEW, TAG_EFI64_HANDLE = 14, 15, 20
ALL_TAGS = range(1, 22)

USABLE, RESERVED, ACPI, NVS, BAD = 1, 2, 3, 4, 5


def _record(op, data):
    return struct.pack("<II", op, len(data)) + data + bytes(-len(data) % 4)


def tag(kind, data, size=None):
    """A tag; size: what it claims, if not its own."""
    data = struct.pack("<II", kind, 8 + len(data) if size is None else size) + data
    return _record(1, data)


def raw(data):
    """Bytes in the place of a tag."""
    return _record(1, data)


def copy(*kinds):
    """GRUB's own tags of these kinds."""
    return b"".join(_record(2, struct.pack("<I", kind)) for kind in kinds)


def poke(address, data):
    """Bytes into memory below 4 GiB."""
    return _record(3, struct.pack("<I", address) + data)


def xor(name, offset, data):
    """Change bytes of an ACPI table, or of the RSDP that the tags before this have."""
    return _record(4, name.encode() + struct.pack("<I", offset) + data)


def msr(number, value):
    """Write a model-specific register."""
    return _record(5, struct.pack("<IIQ", number, 0, value))


def magic(value):
    """What the kernel finds in EAX."""
    return _record(6, struct.pack("<I", value))


def size(value):
    """What the information says of its own size."""
    return _record(7, struct.pack("<I", value))


def xsdt():
    """An RSDP of revision 2, with an XSDT of the tables that the RSDT lists."""
    return _record(8, b"")


def memory_map(*entries, entry_size=24, version=0):
    """A memory map of (start, length, type)."""
    data = b"".join(
        struct.pack("<QQII", *entry, 0).ljust(entry_size, b"\xee")[:entry_size] for entry in entries
    )
    return tag(TAG_MMAP, struct.pack("<II", entry_size, version) + data)


def everything_but(*kinds):
    """All that GRUB hands over, without these kinds."""
    return copy(*(kind for kind in ALL_TAGS if kind not in kinds))


def framebuffer(address, pitch=3200, width=800, height=600, bpp=32, kind=1, colours=(16, 8, 8, 8, 0, 8)):
    """A framebuffer's tag; colours: lowest bit and number of bits of red, green and blue."""
    data = struct.pack("<QIIIBBH6B", address, pitch, width, height, bpp, kind, 0, *colours)
    return tag(TAG_FRAMEBUFFER, data)


def lines(loader, script_file, words="$words"):
    """What GRUB does to boot the kernel by the loader, with the script in that file."""
    return [
        f"multiboot2 ($run)/{loader.name} {words}",
        "module2 /boot/stoa.elf kernel",
        "module2 /boot/initrd.cpio initrd",
        "module2 ($run)/run.cpio run",
        f"module2 ($run)/{script_file.name} script",
        "set gfxpayload=text",
        "boot",
    ]


def options(loader, script_file):
    """What stoa-run takes for that."""
    files = [word for file in (loader, script_file) for word in ("--disk-file", str(file))]
    return files + [word for line in lines(loader, script_file) for word in ("--grub", line)]
