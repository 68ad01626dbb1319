#!/usr/bin/env python3
"""Write the corpora of the fuzz targets multiboot2, acpi, cpio, pci and keys: small cases that reach every
part of the parsers. Run it after a change here; the suite checks that what is checked in is what
this writes."""

import struct
import sys
from pathlib import Path

HERE = Path(__file__).parent


def u8(*values):
    return bytes(values)


def u16(*values):
    return struct.pack(f"<{len(values)}H", *values)


def u32(*values):
    return struct.pack(f"<{len(values)}I", *values)


def u64(*values):
    return struct.pack(f"<{len(values)}Q", *values)


# multiboot2


def tag(kind, payload=b""):
    body = u32(kind, len(payload) + 8) + payload
    return body + bytes(-len(body) % 8)


def info(*tags, end=True):
    body = b"".join(tags) + (tag(0) if end else b"")
    return u32(len(body) + 8, 0) + body


def framebuffer(kind, rgb=b"", bpp=32):
    return tag(8, u64(0xFD000000) + u32(4096, 1024, 768) + u8(bpp, kind, 0, 0) + rgb)


def module(start, end, text=b"initrd\0"):
    return tag(3, u32(start, end) + text)


def memory_map(entry_size=24, extra=b""):
    ranges = [(0, 0x9FC00, 1), (0x9FC00, 0x400, 2), (0x100000, 0x7EE0000, 1), (0x7FE0000, 0x20000, 3)]
    entries = b"".join((u64(a, n) + u32(t, 0)).ljust(entry_size, b"\0")[:entry_size] for a, n, t in ranges)
    return tag(6, u32(entry_size, 0) + entries + extra)


def elf_sections(num, entsize, shndx, there):
    header = u32(1, 3) + u64(0, 0x100000, 0x1000, 0x40) + u32(2, 0) + u64(8, 24)
    return tag(9, u32(num, entsize, shndx) + header * there)


def efi_map(size=48):
    return tag(17, u32(size, 1) + (u32(7, 0) + u64(0x100000, 0, 16, 15)).ljust(48, b"\0") * 2)


def multiboot2():
    yield "empty", info()
    yield "strings", info(tag(1, b"quiet mem=1G\0"), tag(2, b"GRUB 2.06\0"))
    yield "string-without-end", info(tag(1, b"abcdefgh"), tag(2, b"x"))
    yield "modules", info(module(0x200000, 0x201000), module(0x300000, 0x300000), module(5, 4))
    yield "many-modules", info(*(module(i << 20, (i << 20) + 1, b"\0") for i in range(1, 11)))
    yield "module-without-end", info(module(0x200000, 0x201000, b"abcdefgh"))
    yield "memory-map", info(tag(4, u32(639, 129024)), memory_map())
    yield "memory-map-large-entries", info(memory_map(32))
    yield "memory-map-small-entries", info(memory_map(16))
    yield "memory-map-rest", info(memory_map(extra=b"12345"))
    yield "framebuffer-rgb", info(framebuffer(1, u8(16, 8, 8, 8, 0, 8)))
    yield "framebuffer-rgb-short", info(framebuffer(1, u8(16, 8)))
    yield "framebuffer-text", info(framebuffer(2, bpp=16))
    yield "framebuffer-unknown", info(framebuffer(9))
    yield "framebuffer-palette", info(framebuffer(0, u16(2) + bytes(6), 8))
    yield "elf-sections", info(elf_sections(3, 64, 2, 3))
    yield "elf-sections-too-few", info(elf_sections(5, 64, 4, 3))
    yield "elf-sections-32", info(elf_sections(3, 40, 2, 3))
    yield "bios", info(tag(5, u32(0x80, 0, 0xFFFFFFFF)), tag(10, u16(0x102) + bytes(18)))
    yield "vbe", info(tag(7, u16(0x118, 0, 0, 0) + bytes(768)))
    yield "smbios-network", info(tag(13, u8(3, 0) + bytes(6) + b"tables"), tag(16, b"DHCP"))
    yield "acpi", info(tag(14, b"RSD PTR " + bytes(12)), tag(15, b"RSD PTR " + bytes(28)))
    yield "efi64", info(tag(12, u64(0x7E000000)), tag(20, u64(0x7D000000)), tag(18), efi_map())
    yield "efi32", info(tag(11, u32(0x7E000000)), tag(19, u32(0x7D000000)), efi_map(8))
    yield "load-base", info(tag(21, u32(0x100000)))
    yield "unknown-tag", info(tag(22, b"what"), tag(0x1000))
    yield "second-tag", info(tag(1, b"a\0"), tag(1, b"b\0"))
    yield "short-tag", info(tag(12, u32(0)))
    yield "long-tag", info(tag(12, u64(1, 2)))
    yield "tag-of-no-size", info(u32(1, 0), tag(2, b"x\0"))
    yield "tag-past-the-end", info(u32(1, 1000) + b"x\0")
    yield "no-end", info(tag(1, b"x\0"), end=False)
    yield "cut-off", info(tag(1, b"quiet\0"), tag(2, b"GRUB\0"))[:40]
    yield "no-information", u32(8, 0)
    yield "almost-nothing", b"\x10"


# ACPI: physical memory with the root pointer at 0


def checksum(body, at):
    return body[:at] + u8(-sum(body) & 0xFF) + body[at + 1 :]


def table(name, body, revision=1, length=None):
    length = 36 + len(body) if length is None else length
    header = name + u32(length) + u8(revision, 0) + b"STOA  CORPUS  " + u32(1) + b"MAKE" + u32(1)
    return checksum(header + body, 9)


class Memory:
    """Physical memory; tables are placed one behind the other."""

    def __init__(self):
        self.bytes = bytearray(36)

    def add(self, data):
        at = len(self.bytes)
        self.bytes += data
        return at

    def finish(self, revision, rsdt=0, xsdt=0, signature=b"RSD PTR ", damage=None):
        rsdp = signature + u8(0) + b"STOA  " + u8(revision) + u32(rsdt, 36) + u64(xsdt) + bytes(4)
        rsdp = checksum(rsdp[:20], 8) + rsdp[20:]
        self.bytes[:36] = checksum(rsdp, 32)
        if damage is not None:
            self.bytes[damage] ^= 0xFF
        return bytes(self.bytes)


def rsdt_of(*tables):
    memory = Memory()
    addrs = [memory.add(t) for t in tables]
    return memory.finish(0, rsdt=memory.add(table(b"RSDT", u32(*addrs))))


def xsdt_of(*tables, extra=()):
    memory = Memory()
    addrs = [memory.add(t) for t in tables] + list(extra)
    return memory.finish(2, xsdt=memory.add(table(b"XSDT", u64(*addrs))))


def lapic(uid, apic, flags=1):
    return u8(0, 8, uid, apic) + u32(flags)


def x2apic(uid, apic, flags=1):
    return u8(9, 16, 0, 0) + u32(apic, flags, uid)


def ioapic(number):
    return u8(1, 12, number, 0) + u32(0xFEC00000, 24 * number)


def override(irq, gsi, flags=0):
    return u8(2, 10, 0, irq) + u32(gsi) + u16(flags)


def madt(*entries, flags=1):
    return table(b"APIC", u32(0xFEE00000, flags) + b"".join(entries), 3)


def fadt(length, flags=0x400, space=1, address=0x608, revision=3, dsdt=0x7000):
    body = bytearray(276)
    struct.pack_into("<IxxHI", body, 40, dsdt, 9, 0xB2)
    struct.pack_into("<I", body, 76, 0x608)
    body[91] = 4
    struct.pack_into("<HxI", body, 109, 3, flags)
    struct.pack_into("<BBBBQB", body, 116, 1, 8, 0, 1, 0xCF9, 15)
    struct.pack_into("<BBBBQ", body, 208, space, 32, 0, 3, address)
    return table(b"FACP", bytes(body[36:length]), revision)


def hpet(space=0, address=0xFED00000, length=56):
    body = u32(0x8086A201) + u8(space, 64, 0, 0) + u64(address) + u8(0) + u16(100) + u8(0)
    return table(b"HPET", body[: length - 36])


def package(elements, count=4, length=None):
    """A definition of _S5 with one byte of length, or with that length."""
    length = u8(len(elements) + 2) if length is None else length
    return u8(8) + b"_S5_" + u8(0x12) + length + u8(count) + elements


def switched_off_by(*pieces):
    """A FADT with a DSDT in which these stand."""
    return xsdt_of(table(b"DSDT", b"\x10\x20" + b"\0".join(pieces)), fadt(244, dsdt=36))


def affinity(*entries):
    return xsdt_of(table(b"SRAT", bytes(12) + b"".join(entries)))


def near_cpu(domain, apic, flags=1):
    return u8(0, 16, domain & 0xFF, apic) + u32(flags, domain & ~0xFF, 0)


def near_x2apic(domain, apic, flags=1):
    return u8(2, 24, 0, 0) + u32(domain, apic, flags, 0, 0)


def near_memory(domain, size, flags=1):
    return u8(1, 40) + u32(domain) + u16(0) + u64(0x100000, size) + u32(0, flags) + u64(0)


def acpi():
    usual = [lapic(0, 0), lapic(1, 1), lapic(2, 2, 0), ioapic(0), override(0, 2), override(9, 9, 15)]
    nmis = [u8(3, 8) + u16(0) + u32(17), u8(4, 6, 255) + u16(5) + u8(1), u8(4, 6, 1, 0, 0, 2)]
    wide = [u8(10, 12) + u16(0) + u32(0xFFFFFFFF) + u8(1, 0, 0, 0), u8(5, 12, 0, 0) + u64(0xFEE00000)]
    yield "rsdt", rsdt_of(fadt(116, revision=1), madt(*usual), hpet())
    yield "xsdt", xsdt_of(fadt(244), table(b"SSDT", b"code"), madt(*usual, *nmis), hpet())
    yield "x2apic", xsdt_of(madt(lapic(0, 0), x2apic(0, 0), x2apic(1, 300), *wide, flags=0))
    yield "unknown-entries", xsdt_of(madt(u8(6, 4, 0, 0), u8(200, 2), lapic(0, 0)))
    yield "entry-of-no-length", xsdt_of(madt(lapic(0, 0), u8(0, 0), lapic(1, 1)))
    yield "many-cpus", xsdt_of(madt(*(x2apic(i, i) for i in range(258))))
    yield "many-ioapics", xsdt_of(madt(*(ioapic(i) for i in range(17))))
    yield "many-overrides", xsdt_of(madt(*(override(i, i) for i in range(25))))
    yield "many-nmis", xsdt_of(madt(*([nmis[0]] * 17), *([nmis[1]] * 257)))
    yield "short-madt", xsdt_of(table(b"APIC", u32(0)))
    yield "short-fadt", xsdt_of(fadt(60))
    yield "long-fadt", xsdt_of(fadt(276, flags=0x500, space=0, address=0xFED81000))
    yield "reduced-hardware", xsdt_of(fadt(276, flags=1 << 20))
    yield "old-pm-timer", xsdt_of(fadt(244, space=9))
    yield "no-hpet-address", xsdt_of(hpet(address=0))
    yield "short-hpet", xsdt_of(hpet(length=50))
    yield "zero-pointers", xsdt_of(hpet(), extra=(0, 0xFEE00000, 0))
    numbers = u8(0x0A, 5, 0x0B, 1, 0, 0x0C, 2, 0, 0, 0)
    yield "s5", switched_off_by(package(numbers), package(u8(0, 1)))
    yield "s5-root", switched_off_by(b"_S5_", u8(8, 0x5C) + package(u8(1, 0))[1:])
    yield "s5-one-number", switched_off_by(package(u8(0x0B, 5, 7), count=1))
    yield "s5-long-length", switched_off_by(package(u8(0, 0), length=u8(0xC6, 0, 0, 0)))
    yield "s5-no-numbers", switched_off_by(package(b"abcd"), package(u8(0x0A, 9, 0)), package(u8(0, 0x0C)))
    yield "s5-no-length", switched_off_by(package(u8(0, 0), length=u8(0x41, 0)))
    yield "s5-at-the-end", switched_off_by(u8(8) + b"_S5_" + u8(0x12))
    nodes = [near_cpu(0, 0), near_cpu(0x101, 1), near_x2apic(2, 2), near_cpu(3, 3, 0), near_x2apic(3, 4, 0)]
    yield "srat", affinity(*nodes, near_memory(0, 1 << 30), near_memory(1, 1 << 30, 0), u8(9, 4, 0, 0))
    yield "srat-many-nodes", affinity(*(near_x2apic(i, i) for i in range(66)), near_memory(80, 5))
    yield "srat-short", affinity(u8(0, 15) + bytes(13))
    yield "srat-cut-off", affinity(near_cpu(0, 0)[:9])
    ecam = [u64(0xB0000000) + u16(0) + u8(0, 255) + u32(0), u64(0xB0000800) + u16(1) + u8(0, 3) + u32(0)]
    yield "mcfg", xsdt_of(table(b"MCFG", bytes(8) + ecam[0] + ecam[1] + b"rest"))
    yield "mcfg-many-ranges", xsdt_of(table(b"MCFG", bytes(8) + ecam[0] * 9))
    drhd = [u16(0, 16) + u16(0, 0) + u64(0xFED90000 + 4096 * i) for i in range(17)]
    other = u16(1, 8) + u32(0)
    yield "dmar", xsdt_of(table(b"DMAR", bytes(12) + drhd[0] + other + drhd[0] + u16(0, 16, 0, 0) + u64(5)))
    yield "dmar-many-units", xsdt_of(table(b"DMAR", bytes(12) + b"".join(drhd)))
    yield "dmar-no-length", xsdt_of(table(b"DMAR", bytes(12) + drhd[0] + u16(0, 3)), *[table(b"DMAR", bytes(12))] * 2)
    ivhd = [u8(kind, 0) + u16(24, 0, 64) + u64(0xFED80000) + u64(0) for kind in (0x10, 0x11, 0x40, 0x20)]
    yield "ivrs", xsdt_of(table(b"IVRS", bytes(12) + b"".join(ivhd)), table(b"IVRS", b""))
    yield "dsdt-unreadable", xsdt_of(fadt(244, dsdt=36))
    yield "dsdt-absurd", xsdt_of(table(b"DSDT", b"", length=0xFFFFFF), fadt(244, dsdt=36))
    yield "second-srat", xsdt_of(table(b"SRAT", bytes(12)), table(b"SRAT", bytes(12)))
    yield "second-tables", xsdt_of(madt(), madt(), fadt(116), fadt(116), hpet(), hpet())
    yield "absurd-length", xsdt_of(table(b"APIC", b"", length=0xFFFFFFFF))
    yield "length-past-memory", xsdt_of(table(b"APIC", b"", length=0x80000))
    yield "length-below-header", xsdt_of(table(b"HPET", b"", length=35))
    yield "wrong-sum", bytearray(xsdt_of(madt(lapic(0, 0)))[:45]) + b"\x77" + xsdt_of(madt(lapic(0, 0)))[46:]
    memory = Memory()
    yield "odd-list", memory.finish(2, xsdt=memory.add(table(b"XSDT", u64(0) + b"odd")))
    memory = Memory()
    yield "long-list", memory.finish(0, rsdt=memory.add(table(b"RSDT", u32(36) * 258)))
    memory = Memory()
    yield "rsdt-instead", memory.finish(2, rsdt=memory.add(table(b"RSDT", b"")), xsdt=0x10000)
    yield "no-list", Memory().finish(2)
    yield "wrong-list", Memory().finish(2, rsdt=36, xsdt=36)
    yield "wrong-root-sum", Memory().finish(2, damage=33)
    yield "no-root", Memory().finish(2, signature=b"RSD_PTR_")
    memory = Memory()
    yield "short-list", memory.finish(0, rsdt=memory.add(table(b"RSDT", b"", length=20)))


# cpio


def entry(name, data=b"", mode=0o100644, size=None, name_size=None):
    size = len(data) if size is None else size
    name_size = len(name) + 1 if name_size is None else name_size
    fields = (1, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name_size, 0)
    head = b"070701" + b"".join(b"%08X" % f for f in fields) + name + b"\0"
    head += bytes(-len(head) % 4)
    return head + data + bytes(-len(data) % 4)


def cpio():
    trailer = entry(b"TRAILER!!!", mode=0)
    files = entry(b".", mode=0o40755) + entry(b"bin/smoke", b"\x7fELF....", 0o100755)
    yield "empty", trailer
    yield "files", files + entry(b"run/args", b"a\0b c\0\0") + trailer
    yield "small-digits", files.lower() + trailer
    yield "no-trailer", files
    yield "no-magic", b"070702" + files[6:]
    yield "no-number", files[:54] + b"0000000x" + files[62:]
    yield "data-past-the-end", entry(b"x", b"data", size=0xFFFFFF) + trailer
    yield "name-past-the-end", entry(b"x", name_size=0xFFFFFF)
    yield "no-name", entry(b"x", name_size=0)
    yield "name-without-end", entry(b"abcdef", name_size=3)


# PCI: a configuration space, and which bits of its address registers can be written


def function(bars=(), masks=(), caps=(), status=0x10, first=0x40, count=6):
    """caps: pairs of an offset and the words there."""
    space = bytearray(256)
    space[:16] = u16(0x1234, 0x11E8, 7, status) + u32(0x10, count)
    space[16 : 16 + 4 * len(bars)] = u32(*bars)
    space[0x34] = first
    for offset, words in caps:
        space[offset : offset + 4 * len(words)] = u32(*words)
    return bytes(space) + u32(*masks)


def pci():
    mib, wide = 0xFFF00000, 0xFFFFFFFF
    msix = (0x40, [0x00040011, 0x2003, 0x3003])
    yield "bars", function([0xFEA00000, 0xC041, 0xC000000C, 1, 0xC081], [mib, 0xFFE0, mib, wide, 0xFFFFFFE0])
    yield "bars-absent", function([wide, 0, 1], [0, 0, 0])
    yield "bar-cut-off", function([4], [mib], count=1)
    yield "bar-not-aligned", function([0xFEA80000, 0xFFF1, 0x10000C], [mib, 0xFFE0, 0, wide])
    yield "bar-beyond-memory", function([0xC, 0x100000], [mib, wide])
    yield "bar-past-the-ports", function([0x1FFE1], [0xFFE0])
    yield "no-list", function(status=0)
    yield "gone", bytes([255]) * 256
    caps = [(0x40, [0x5011]), (0x50, [0x806005]), (0x60, [0x7010]), (0x70, [0x0001])]
    yield "capabilities", function(caps=caps)
    yield "list-loops", function(caps=[(0x40, [0x5005]), (0x50, [0x4010])])
    yield "list-into-the-header", function(caps=[(0x40, [0x1005])])
    yield "list-to-nothing", function(caps=[(0x40, [0x5005]), (0x50, [wide])])
    yield "capability-cut-off", function(first=0xFC, caps=[(0xFC, [0x05])])
    yield "second-capability", function(caps=[(0x40, [0x5005]), (0x50, [0x0005])])
    bars = [0, 0, 0, 0xFEBD0000]
    yield "msix", function(bars, [0, 0, 0, 0xFFFFC000], caps=[msix])
    yield "msix-outside", function(bars, [0, 0, 0, 0xFFFFF000], caps=[msix])
    yield "msix-without-bar", function(caps=[(0x40, [0x00040011, 7])])


# keys: which set of scan codes and which layout, and what a keyboard sends


def tap(*codes):
    return b"".join(u8(code, code | 0x80) for code in codes)


def held(code, inside):
    return u8(code) + inside + u8(code | 0x80)


def extended(*codes):
    return b"".join(u8(0xE0, code, 0xE0, code | 0x80) for code in codes)


def keys():
    everything, navigation = tap(*range(1, 0x59)), extended(*range(0x47, 0x54), 0x1C, 0x35, 0x5B)
    for number, name in enumerate(("us", "gb", "de", "fr")):
        altgr = u8(0xE0, 0x38) + everything + u8(0xE0, 0xB8)
        yield name, u8(number) + everything + held(0x2A, everything) + altgr + navigation
    yield "control", u8(0) + held(0x1D, everything + navigation) + held(0x38, everything)
    yield "other-modifiers", u8(0) + held(0x36, tap(30)) + u8(0xE0, 0x1D) + tap(30) + u8(0xE0, 0x9D)
    yield "locks", u8(2) + tap(0x3A, 30, 0x27, 2, 0x45) + everything + tap(0x45) + held(0x2A, tap(30))
    yield "pause-and-print", u8(0, 0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5, 0xE0, 0x2A, 0xE0, 0x37) + tap(30)
    yield "sysrq", u8(0) + held(0x38, held(0x54, tap(0x14)) + extended(0x37) + tap(0x14))
    yield "look-back", u8(0) + held(0x2A, extended(0x49, 0x51))
    yield "reset", u8(0) + held(0x1D, held(0x38, extended(0x53)))
    typed = tap(30, 48, 0x0E, 0x39, 31) + held(0x1D, tap(17)) + held(0x1D, tap(30)) + tap(0x0E)
    yield "line", u8(2) + typed + tap(30, 0x28, 0x0E) + held(0x1D, tap(22)) + held(0x1D, tap(32)) + tap(28)
    yield "long-line", u8(0) + tap(30) * 520 + tap(28)
    yield "set-2", u8(4, 0x1C, 0xF0, 0x1C, 0xE0, 0x75, 0xE0, 0xF0, 0x75, 0x83, 0xFF, 0xAA, 0xFA, 0xE1, 0x14, 0x77)
    yield "nothing", b""


def write(*targets):
    """Write the cases of these generators to the folders of their names, in corpus/ or argv[1]."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "corpus"
    for target in targets:
        folder = out / target.__name__
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in target():
            (folder / name).write_bytes(data)


if __name__ == "__main__":
    write(multiboot2, acpi, cpio, pci, keys)
