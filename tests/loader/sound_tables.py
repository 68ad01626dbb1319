"""ACPI tables as QEMU's q35 with two CPUs has them, or would have them, made without QEMU."""

import struct


def _table(name, body, revision=1):
    head = struct.pack("<4sIBB6s8sI4sI", name, 36 + len(body), revision, 0, b"STOA", b"SOUND", 1, b"MAKE", 1)
    table = bytearray(head + body)
    table[9] = -sum(table) & 0xFF
    return bytes(table)


def _override(irq, gsi, flags):
    return struct.pack("<BBBBIH", 2, 10, 0, irq, gsi, flags)


_MADT = (
    struct.pack("<II", 0xFEE00000, 1)
    + b"".join(struct.pack("<BBBBI", 0, 8, cpu, cpu, 1) for cpu in range(2))
    + struct.pack("<BBBBII", 1, 12, 0, 0, 0xFEC00000, 0)
    + _override(0, 2, 0)
    + b"".join(_override(irq, irq, 0xD) for irq in (5, 9, 10, 11))
    + struct.pack("<BBBHB", 4, 6, 0xFF, 0, 1)
)
_HPET = struct.pack("<IBBBBQBHB", 0x8086A201, 0, 0, 0, 0, 0xFED00000, 0, 0, 0)
_MCFG = bytes(8) + struct.pack("<QHBBI", 0xB0000000, 0, 0, 255, 0)
_SRAT = (
    struct.pack("<IQ", 1, 0)
    + b"".join(struct.pack("<BBBBIQ", 0, 16, cpu, cpu, 1, 0) for cpu in range(2))
    + b"".join(
        struct.pack("<BBIHQQIIQ", 1, 40, node, 0, node << 27, 1 << 27, 0, 1, 0) for node in range(2)
    )
)
_DMAR = struct.pack("<BB10x", 38, 1) + struct.pack("<HHBBHQ", 0, 16, 1, 0, 0, 0xFED90000)
_IVRS = struct.pack("<I8x", 0) + struct.pack("<BBHHHQHHI", 0x10, 0, 24, 0, 0x40, 0xFED80000, 0, 0, 0)
# Scope(\) { Name(_S5_, Package() { 0, 0, 0, 0 }) }, and a name more.
_DSDT = b"\x10\x15\\\0" + b"\x08_S5_\x12\x06\x04\0\0\0\0" + b"\x08_TST\x0a\x07"

# What GRUB passes on as it finds it in a file.
TABLES = {
    "APIC": _table(b"APIC", _MADT, 3),
    "HPET": _table(b"HPET", _HPET),
    "MCFG": _table(b"MCFG", _MCFG),
    "SRAT": _table(b"SRAT", _SRAT, 3),
    "DMAR": _table(b"DMAR", _DMAR),
    "IVRS": _table(b"IVRS", _IVRS),
    "DSDT": _table(b"DSDT", _DSDT, 2),
}
