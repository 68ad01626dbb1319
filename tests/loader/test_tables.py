"""ACPI tables with bytes changed at random: each boot ends well, or with a line that says why not.

A seed counts only if the log shows the checksum of the table as the loader has changed it.
"""

import random
import re

import pytest
import script as s
from loaded import make_loaded  # noqa: F401 (the fixture `loaded`)

SEEDS, EVERYDAY, GROUP = 500, 12, 20
# Tables of QEMU's q35, and how many of their bytes are changed among.
TABLES = {"RSDP": 20, "RSDT": 56, "XSDT": 76, "FACP": 244, "APIC": 128, "HPET": 56, "MCFG": 60, "DSDT": 8000}
INTERESTING = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)


def changes(seed):
    """The table that this seed changes, and the record that does it."""
    dice = random.Random(seed)
    name = list(TABLES)[seed % len(TABLES)]
    mask = bytearray(TABLES[name])
    for _ in range(dice.choice((1, 1, 2, 4))):
        # Half of the changes hit the header and what follows at once.
        end = min(len(mask), 48) if dice.random() < 0.5 else len(mask)
        width = dice.choice((1, 1, 2, 4, 8))
        at = dice.randrange(max(end - width, 1))
        # By exclusive or, so at least one byte not by 0.
        mask[at] = dice.randrange(1, 256)
        for i in range(at + 1, min(at + width, end)):
            mask[i] = dice.choice((*INTERESTING, dice.randrange(256)))
    return name, s.xor(name, 0, bytes(mask))


def script_of(seed):
    """What the loader is to do for this seed."""
    name, record = changes(seed)
    if name == "XSDT":
        return s.everything_but(s.TAG_RSDP_OLD, s.TAG_RSDP_NEW) + s.xsdt() + record
    return s.everything_but() + record


def check(seed, result):
    """The kernel saw the changed table, and the boot ended as it should."""
    said = re.findall(r"loader: changed (\w{8}) (\w{8})", result.log)
    assert said, f"seed {seed}: {result}"
    header, whole = said[-1]
    # An XSDT that claims more bytes than the loader has made reaches into memory that is in use.
    longer = re.search(r"ACPI: XSDT at \w+: (\d+) bytes", result.log)
    if not longer or int(longer[1]) <= TABLES["XSDT"]:
        assert re.search(rf"ACPI: .*CRC ({header}|{whole})\b", result.log), f"seed {seed}: {result}"
    if result.status == 0:
        hello = re.fullmatch(r"hello_each: (\d) of (\d) CPUs", result.lines[-1])
        assert hello and hello[1] == hello[2], f"seed {seed}: {result}"
    else:
        assert result.status == 200, f"seed {seed}: {result}"
        assert re.search(r"KERNEL PANIC on CPU \d+ \([^)]*\): .*ACPI", result.log), f"seed {seed}"


def test_tables_of_some_seeds(loaded):
    seeds = range(EVERYDAY)
    results = loaded.boot_all({seed: script_of(seed) for seed in seeds})
    for seed, result in results.items():
        check(seed, result)


@pytest.mark.long
@pytest.mark.parametrize("first", range(EVERYDAY, SEEDS, GROUP))
def test_tables_of_many_seeds(loaded, first):
    seeds = range(first, min(first + GROUP, SEEDS))
    results = loaded.boot_all({seed: script_of(seed) for seed in seeds})
    for seed, result in results.items():
        check(seed, result)
