"""ACPI tables with bytes changed at random: each boot ends well, or with a line that says why not.

GRUB passes on most tables as they are, in the place of the firmware's own. The others, which it
makes itself, and headers that promise less than a header are changed by the test loader. A seed
counts only if the log shows the checksum of the table as it was changed.
"""

import random
import re
import zlib
from functools import partial

import pytest
import script as s
import sound_tables
from loaded import make_loaded  # noqa: F401 (the fixture `loaded`)

SEEDS, GROUP = 500, 20
# Tables of QEMU's q35 with two CPUs, and how many of their bytes are changed among.
LOADERS = {"RSDP": 20, "RSDT": 56, "XSDT": 76, "FACP": 244}
LENGTHS = {"APIC": 128, "HPET": 56, "MCFG": 60}
SHORT, HEADER = "a short header", 36
LENGTH, LONGEST = slice(4, 8), 1 << 20
KINDS = (*LOADERS, SHORT, *sound_tables.TABLES)
EVERYDAY = len(KINDS)
INTERESTING = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)


def differences(dice, size):
    """So many bytes to change a table by: by exclusive or, so at least one is not 0."""
    mask = bytearray(size)
    for _ in range(dice.choice((1, 1, 2, 4))):
        # Half of the changes hit the header and what follows at once.
        end = min(size, 48) if dice.random() < 0.5 else size
        width = dice.choice((1, 1, 2, 4, 8))
        at = dice.randrange(max(end - width, 1))
        mask[at] = dice.randrange(1, 256)
        for i in range(at + 1, min(at + width, end)):
            mask[i] = dice.choice((*INTERESTING, dice.randrange(256)))
    return mask


def reaches_far(kind, mask):
    """Whether the loader's own table would have more bytes than it has made: who knows which."""
    length = LOADERS[kind] ^ int.from_bytes(mask[LENGTH], "little")
    return kind == "XSDT" and LOADERS[kind] < length <= LONGEST


def script_of(kind, dice):
    """What the loader is to do."""
    if kind == SHORT:
        name = dice.choice(list(LENGTHS))
        length = LENGTHS[name] ^ dice.randrange(HEADER)
        return s.everything_but() + s.xor(name, LENGTH.start, length.to_bytes(4, "little"))
    mask = differences(dice, LOADERS[kind])
    while reaches_far(kind, mask):
        mask = differences(dice, LOADERS[kind])
    record = s.xor(kind, 0, bytes(mask))
    if kind == "XSDT":
        return s.everything_but(s.TAG_RSDP_OLD, s.TAG_RSDP_NEW) + s.xsdt() + record
    return s.everything_but() + record


def changed_table(name, dice):
    """The table that GRUB is to pass on: of its own length, and a DSDT with its name."""
    table = sound_tables.TABLES[name]
    while True:
        mask = differences(dice, len(table))
        mask[LENGTH] = bytes(4)
        if name == "DSDT":
            mask[: LENGTH.start] = bytes(LENGTH.start)
        if any(mask):
            return bytes(a ^ b for a, b in zip(table, mask))


def check_digest(seed, result, digests):
    """The log shows that the kernel saw the table as it was changed."""
    pattern = rf"ACPI: .*CRC ({'|'.join(digests)})\b"
    assert re.search(pattern, result.log), f"seed {seed}: no {pattern}: {result}"


def check_loader(seed, result):
    """The same; the loader has said what it changed."""
    said = re.findall(r"loader: changed (\w{8}) (\w{8})", result.log)
    assert said, f"seed {seed}: {result}"
    check_digest(seed, result, said[-1])


def check_end(seed, result):
    """The boot ended as it should."""
    if result.status == 0:
        hello = re.fullmatch(r"hello_each: (\d) of (\d) CPUs", result.lines[-1])
        assert hello and hello[1] == hello[2], f"seed {seed}: {result}"
    else:
        assert result.status == 200, f"seed {seed}: {result}"
        assert re.search(r"KERNEL PANIC on CPU \d+ \([^)]*\): .*ACPI", result.log), f"seed {seed}"


def prepare(loaded, seed):
    """The boot of a seed, and the check that the kernel saw its table."""
    kind, dice = KINDS[seed % len(KINDS)], random.Random(seed)
    if kind not in sound_tables.TABLES:
        return partial(loaded.boot, seed, script_of(kind, dice)), check_loader
    table = changed_table(kind, dice)
    digests = [f"{zlib.crc32(part):08x}" for part in (table, table[:HEADER])]
    return partial(loaded.boot_table, seed, kind, table), partial(check_digest, digests=digests)


def check_seeds(loaded, seeds):
    """Boot with these seeds' tables."""
    prepared = {seed: prepare(loaded, seed) for seed in seeds}
    results = loaded.all_of({seed: call for seed, (call, _) in prepared.items()})
    for seed, (_, saw) in prepared.items():
        saw(seed, results[seed])
        check_end(seed, results[seed])


def test_tables_of_some_seeds(loaded):
    check_seeds(loaded, range(EVERYDAY))


@pytest.mark.long
@pytest.mark.parametrize("first", range(EVERYDAY, SEEDS, GROUP))
def test_tables_of_many_seeds(loaded, first):
    check_seeds(loaded, range(first, min(first + GROUP, SEEDS)))
