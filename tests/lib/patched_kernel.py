"""Kernels that are entered by another than GRUB: a few instructions in front of boot_entry."""

import re
import subprocess
import struct

_HEADER_MAGIC = struct.pack("<I", 0xE85250D6)
_TAG_ENTRY = 3
_ROOM = 128  # bytes for the instructions, unused at the end of the boot section
_NO_OPERATION = set(b"\x66\x2e\x0f\x1f\x84\x90\0")  # what the linker fills it with

# %eax: the magic; %ebx: the information; boot_entry gets both as these leave them.
WRONG_MAGIC = "mov $0x2badb002, %eax"
NO_MEMORY_MAP = """
	lea 8(%ebx), %esi
1:	mov (%esi), %ecx
	jecxz 3f
	cmp $6, %ecx
	jne 2f
	movl $0x1234, (%esi)
2:	mov 4(%esi), %ecx
	add $7, %ecx
	and $-8, %ecx
	add %ecx, %esi
	jmp 1b
3:
"""
NOTHING_BUT_A_SIZE = "movl $8, (%ebx)"
ENDLESS = "movl $-1, (%ebx)"


def _assemble(code, folder):
    """32-bit instructions as bytes."""
    source, binary = folder / "patch.o", folder / "patch.bin"
    subprocess.run(["as", "--32", "-o", source], input=code.encode(), check=True)
    subprocess.run(["objcopy", "-O", "binary", source, binary], check=True)
    return binary.read_bytes()


def _boot_section(elf):
    """File offset, size and address of the section .boot."""
    told = subprocess.run(
        ["readelf", "-SW", elf], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    found = re.search(r"\] \.boot +PROGBITS +([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) ", told)
    return int(found[2], 16), int(found[3], 16), int(found[1], 16)


def _entry_field(image):
    """Where the multiboot2 header's entry address stands in the file (MB2 3.1.5)."""
    at = image.index(_HEADER_MAGIC) + 16
    while True:
        tag, size = struct.unpack_from("<HxxI", image, at)
        if tag == _TAG_ENTRY:
            return at + 8
        assert tag, "the header has no entry address"
        at += size + 7 & ~7


def patched_kernel(elf, instructions, folder):
    """A copy of `elf` in `folder` whose entry runs the instructions and goes on at boot_entry."""
    copy = folder / "patched.elf"
    subprocess.run(["objcopy", "--strip-debug", elf, copy], check=True)
    image = bytearray(copy.read_bytes())
    field = _entry_field(image)
    (entry,) = struct.unpack_from("<I", image, field)
    code = _assemble(f"{instructions}\n\tmov ${entry:#x}, %esi\n\tjmp *%esi\n", folder)
    offset, size, address = _boot_section(copy)
    start = size - _ROOM
    assert len(code) <= _ROOM and set(image[offset + start : offset + size]) <= _NO_OPERATION
    image[offset + start : offset + start + len(code)] = code
    struct.pack_into("<I", image, field, address + start)
    copy.write_bytes(image)
    return copy
