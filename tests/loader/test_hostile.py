"""Loaders and firmware that say anything: each boot ends well, or with a line that says why not.

A script (script.py) tells the test loader what to hand the kernel. The machine has 256 MiB, of which
the firmware keeps the last 132 KiB.
"""

import re
import struct

import pytest
import script as s
from loaded import make_loaded  # noqa: F401 (the fixture `loaded`)

LOW, HIGH, TOP = (0, 0x9F000, s.USABLE), (0x100000, 0xFEDF000, s.USABLE), 0xFFDF000
DEVICES = (0xFEC00000, 0x1400000, s.RESERVED)
RAM = (LOW, HIGH, (TOP, 0x21000, s.RESERVED), DEVICES)

SHOWN = ("--screen", "text")  # else the kernel would not look at framebuffers

# Maps that hold the truth, told badly; and the memory that the kernel is to find, or nothing.
MAPS = {
    "as it is": RAM,
    "backwards": RAM[::-1],
    "each entry twice": RAM + RAM,
    "empty entries": ((0x500000, 0, s.USABLE), (0x600000, 0, s.RESERVED), (0, 0, 0), *RAM),
    "entries that wrap": (*RAM, ((1 << 64) - 256, 4096, s.USABLE), (1 << 63, 1 << 63, s.USABLE)),
    "no page is whole at the ends": ((0x123, 0x9E000, 1), (0x100123, 0xFEDECCC, 1), DEVICES),
    "reserved inside usable": (*RAM, (0x4000000, 4096, 2), (0x5000123, 1, 2), (0x6000FFF, 2, 3)),
    "types that are none": (*RAM, (0x4000000, 1 << 20, 7), (0x4100000, 1 << 20, 0xFFFFFFFF)),
    "4,000 entries": (LOW, *((0x100000 + (i << 16), 1 << 16, 1) for i in range(4000))),
    "thousands of holes": (LOW, (1 << 20, 47 << 20, 1))
    + tuple(((48 << 20) + (i << 13), 4096, 1) for i in range(4000)),
    "all of the address space": ((0, (1 << 64) - 1, s.USABLE), DEVICES),
    "64 TiB": ((0, 1 << 46, s.USABLE), DEVICES),
    "the kernel's own place reserved": (*RAM, (0x200000, 0x100000, s.RESERVED)),
    "nothing below 1 MiB": (HIGH, DEVICES),
}

NO_MAP = "the loader gave no memory map"
NOT_IN_RAM = r"the loader's information, [0-9a-f]+\.\.[0-9a-f]+, is not in its memory map's RAM"
BAD_MAPS = {
    "no entries": (s.memory_map(), NO_MAP),
    "entries of 20 bytes": (s.memory_map(*RAM, entry_size=20), NO_MAP),
    "entries of 0 bytes": (s.tag(s.TAG_MMAP, struct.pack("<II", 0, 0) + bytes(240)), NO_MAP),
    "only reserved": (s.memory_map((0, 1 << 32, s.RESERVED)), "the memory map has no usable RAM"),
    "1 MiB": (s.memory_map(LOW, (0x100000, 0x100000, s.USABLE)), NOT_IN_RAM),
    "holes everywhere": (
        s.memory_map(*((0x100000 + (i << 13), 4096, 1) for i in range(4000))),
        NOT_IN_RAM,
    ),
    "the loader's place reserved": (s.memory_map(*RAM, (16 << 20, 16 << 20, 2)), NOT_IN_RAM),
}


def module(start, end, name=b"odd"):
    """A module's tag."""
    return s.tag(s.TAG_MODULE, struct.pack("<II", start, end) + name + b"\0")


# Tags in front of, or behind, all that GRUB says.
TAGS = {
    "kinds that are none": s.tag(99, bytes(40)) + s.tag(0xFFFFFFFF, b"") + s.tag(0x10006, bytes(99)),
    "empty tags": b"".join(s.tag(kind, b"") for kind in range(1, 24)),
    "short tags": b"".join(s.tag(kind, bytes(3)) for kind in range(2, 24) if kind != 3),
    "a module that ends before it starts": module(0x2000000, 0x1000000),
    "a module outside of RAM": module(0xFEE00000, 0xFEE01000),
    "a module at the end of memory": module(0xFFFFF000, 0xFFFFFFFF),
    "a module in the kernel": module(0x200000, 0x240000),
    "a framebuffer in the kernel": s.framebuffer(0x200000),
    "a framebuffer at address 0": s.framebuffer(0),
    "a framebuffer beyond all memory": s.framebuffer((1 << 64) - 4096),
    "a framebuffer at 0xfc10000000": s.framebuffer(0xFC10000000),
    "a framebuffer without a pitch": s.framebuffer(0xFD000000, pitch=0),
    "a framebuffer of 7 bits": s.framebuffer(0xFD000000, bpp=7),
    "a framebuffer of a palette": s.framebuffer(0xFD000000, pitch=800, bpp=8, kind=0),
    "a framebuffer of a kind that is none": s.framebuffer(0xFD000000, kind=7),
    "a framebuffer of 1 bit": s.framebuffer(0xA0000, pitch=80, width=640, height=480, bpp=1),
    "a framebuffer of 4 G by 4 G": s.framebuffer(0xFD000000, width=0xFFFFFFFF, height=0xFFFFFFFF),
    "colours beyond the pixel": s.framebuffer(0xFD000000, colours=(60, 8, 31, 8, 255, 255)),
    "text of 0 by 0": s.framebuffer(0xB8000, pitch=0, width=0, height=0, bpp=16, kind=2),
}
# Of what is there twice, the first one counts: these can only come behind.
LAST_TAGS = {
    "a command line without an end": s.tag(s.TAG_CMDLINE, b"x" * 64),
    "a second memory map": s.memory_map((0, 4096, s.USABLE)),
    "twenty modules": b"".join(module(0x2000000 + i * 64, 0x2000040 + i * 64) for i in range(20)),
    "a tag of no size": s.tag(99, b"", size=0),
    "a tag of 7 bytes": s.tag(99, b"", size=7),
    "a tag longer than all": s.tag(99, b"", size=0x10000000),
    "information without an end": s.size(0xFFFFFFFF),
}

ONE_CPU = {
    "first: a root pointer of zeros": "ACPI: no tables: one CPU",
    "map: nothing below 1 MiB": "no RAM below 640 KiB to start other CPUs",
}

# Framebuffers that cannot be drawn, and why; they are as none.
REFUSED = {
    "a framebuffer in the kernel": "it lies in RAM",
    "a framebuffer at address 0": "no such address",
    "a framebuffer beyond all memory": "no such address",
    "a framebuffer without a pitch": "its lines overlap, or lie too far apart",
    "a framebuffer of 7 bits": "its depth is not 15 to 32 bits",
    "a framebuffer of a palette": "its pixels are no colours",
    "a framebuffer of 1 bit": "its depth is not 15 to 32 bits",
    "a framebuffer of 4 G by 4 G": "its size is not believed",
    "colours beyond the pixel": "its colours lie outside of the pixel",
}

TEXT = "screen: VGA text\n"
TOLD = {name: (why,) for name, why in ONE_CPU.items()}
TOLD |= {f"first: {name}": (f" is not used: {why}\n", TEXT) for name, why in REFUSED.items()}
TOLD["first: a framebuffer of a kind that is none"] = ("framebuffer of type 7 in 38 bytes, ignored\n", TEXT)

GOOD = {"first: a root pointer of zeros": s.tag(s.TAG_RSDP_OLD, bytes(20)) + s.everything_but()}
GOOD |= {f"map: {name}": s.everything_but(s.TAG_MMAP) + s.memory_map(*entries) for name, entries in MAPS.items()}
GOOD |= {f"first: {name}": tags + s.everything_but() for name, tags in TAGS.items()}
GOOD |= {f"behind: {name}": s.everything_but() + tags for name, tags in (TAGS | LAST_TAGS).items()}
BAD = {
    name: (s.everything_but(s.TAG_MMAP) + script, why) for name, (script, why) in BAD_MAPS.items()
}
# Then there is no command line either, which says where the log goes.
BAD["information of 8 bytes"] = (s.everything_but() + s.size(8), NO_MAP)


def wanted(request, test):
    """The parameters of the tests of that name in this run."""
    items = [item for item in request.session.items if item.originalname == test]
    return [item.callspec.params["name"] for item in items]


@pytest.fixture(scope="session")
def good(request, loaded):
    scripts = {name: GOOD[name] for name in wanted(request, "test_boots_all_the_same")}
    return loaded.boot_all(scripts, extra=SHOWN)


EVERYDAY = 4  # one in so many is booted by `make test`


def parameters(names):
    """All names; those that `make test` leaves out are marked long."""
    long = [pytest.mark.long]
    return [pytest.param(name, marks=long if i % EVERYDAY else []) for i, name in enumerate(names)]


@pytest.mark.parametrize("name", parameters(GOOD))
def test_boots_all_the_same(good, name):
    result = good[name]
    assert "loader: done" in result.log, result
    assert result.status == 0, result
    cpus = 1 if name in ONE_CPU else 2
    assert result.lines[-1] == f"hello_each: {cpus} of {cpus} CPUs"
    assert all(line in result.log for line in TOLD.get(name, ()))


@pytest.mark.parametrize("name", parameters(BAD))
def test_says_why_it_stops(loaded, name):
    script, why = BAD[name]
    result = loaded.boot(f"bad{list(BAD).index(name)}", script, extra=SHOWN)
    log = result.log + result.out.decode()
    panics = re.findall(r"KERNEL PANIC on CPU 0 \(main stack\): (.*)", log)
    assert len(panics) == 1 and re.fullmatch(why, panics[0]), result
