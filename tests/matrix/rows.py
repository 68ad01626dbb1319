"""The boot matrix: machines that differ in firmware, chipset, CPUs, RAM, and what they lack.

A row marked * is booted by `make test`, the others by `make matrix` and `make test-long`. Between
them the marked rows have each firmware, chipset, number of CPUs and size of RAM; all rows together
have each CPU model and each missing device, and as many pairs as fit (pairs_covered()).

firmware: bios (SeaBIOS), uefi (OVMF), bochs; CPUs: 6s is 6 of them with gaps between their APIC IDs;
RAM: 3G/1G is 3 GiB of which only 1 lies below 4 GiB; without: devices that are not there, where
`acpi` stands for the tables and `vga-text` for a display that has only a framebuffer.
"""

from itertools import combinations, product

from machines import Machine

TABLE = """
  firmware  CPUs                    RAM   without
* bios  pc   1   qemu64              32M   -
* bios  q35  2   Conroe              64M   hpet
* bios  pc   4   Haswell             3G    i8042
* bios  q35  8   EPYC                5G    pit
* bios  q35  64  max                 1G    vga
* bios  q35  255 max,-smap           1G    -
* bios  q35  4   max,-smep           64G   pit+hpet
* bios  pc   2   max,-pdpe1gb        1T    serial
* bios  q35  3   Nehalem             8T    -
* uefi  q35  2   max,-xsave          64M   acpi
* uefi  pc   6s  EPYC-Rome           1G    vga-text
* bochs -    2   corei7_haswell_4770 64M   -
. bios  pc   1   max,-fsgsbase       64M   pit+hpet
. bios  pc   1   Conroe              3G    serial
. bios  pc   1   EPYC                3G    vga
. bios  pc   1   IvyBridge           5G    vga
. bios  pc   1   Opteron_G1          64G   hpet
. bios  pc   1   phenom              8T    vga
. bios  pc   2   max,-smap           32M   hpet
. bios  pc   2   max,-smep           32M   hpet
. bios  pc   2   Snowridge           64M   vga
. bios  pc   2   max,-pat            5G    i8042
. bios  pc   2   Skylake-Server      64G   serial
. bios  pc   2   max,-avx            8T    i8042
. bios  pc   3   Broadwell           32M   vga
. bios  pc   3   max,-pge            64M   i8042
. bios  pc   3   max,-clflush        1G    hpet
. bios  pc   3   Icelake-Server      3G    pit
. bios  pc   3   Denverton           64G   i8042
. bios  pc   3   max                 64G   i8042
. bios  pc   4   max,-rdrand         1G    pit+hpet
. bios  pc   4   kvm64               8T    hpet
. bios  pc   4   EPYC-Rome           8T    pit
. bios  pc   4   Westmere            3G/1G vga
. bios  pc   8   Skylake-Client      32M   i8042
. bios  pc   8   Dhyana              3G    vga
. bios  pc   8   max,-fxsr           8T    serial
. bios  pc   64  SandyBridge         3G    hpet
. bios  pc   6s  Penryn              64M   pit
. bios  pc   6s  EPYC-Milan          64M   serial
. bios  pc   6s  max,-umip           5G    hpet
. bios  pc   6s  max,-mtrr           64G   vga
. bios  pc   6s  Opteron_G5          1T    i8042
. bios  pc   6s  max,-xsave          8T    pit+hpet
. bios  pc   6s  Opteron_G3          3G/1G pit+hpet
. bios  q35  1   Skylake-Client      1G    serial
. bios  q35  1   max,-umip           1G    vga
. bios  q35  1   SandyBridge         1T    pit
. bios  q35  1   Skylake-Server      3G/1G i8042
. bios  q35  2   Icelake-Server      32M   pit+hpet
. bios  q35  2   Opteron_G3          1G    i8042
. bios  q35  2   Westmere            1G    -
. bios  q35  2   max,-pge            3G    pit+hpet
. bios  q35  2   max,-fsgsbase       5G    serial
. bios  q35  2   Denverton           5G    -
. bios  q35  2   max,-rdrand         64G   -
. bios  q35  2   Opteron_G5          3G/1G pit
. bios  q35  3   Penryn              1G    vga
. bios  q35  3   phenom              5G    pit+hpet
. bios  q35  3   kvm64               64G   i8042
. bios  q35  3   qemu64              1T    hpet
. bios  q35  3   Opteron_G1          3G/1G serial
. bios  q35  3   Haswell             3G/1G -
. bios  q35  4   EPYC-Milan          32M   pit
. bios  q35  4   max,-avx            64M   serial
. bios  q35  4   max,-xsave          1G    pit
. bios  q35  4   Broadwell           1G    i8042
. bios  q35  4   Snowridge           5G    -
. bios  q35  4   IvyBridge           1T    pit+hpet
. bios  q35  8   max,-pdpe1gb        64G   pit
. bios  q35  8   max,-mtrr           1T    -
. bios  q35  8   EPYC-Rome           3G/1G hpet
. bios  q35  6s  Dhyana              32M   serial
. bios  q35  6s  max,-fxsr           1T    vga
. uefi  pc   1   max,-clflush        64M   vga-text
. uefi  q35  1   Broadwell           3G    acpi
. uefi  pc   2   qemu64              5G    vga-text
. uefi  q35  3   max,-umip           3G/1G acpi
. uefi  q35  4   Dhyana              1G    acpi
. uefi  pc   8   Opteron_G1          64M   -
. uefi  pc   64  Skylake-Server      5G    pit+hpet
. uefi  q35  1   max,-mtrr           5G    serial
. uefi  q35  3   Snowridge           3G/1G vga-text
. uefi  q35  4   Nehalem             3G    vga-text
. uefi  q35  8   max,-avx            1G    pit+hpet
. uefi  q35  64  max,-rdrand         3G/1G pit
. uefi  q35  6s  max,-clflush        3G    -
. bochs -    1   athlon64_clawhammer 32M   -
. bochs -    2   corei7_icelake_u    1G    -
. bochs -    3   ryzen               64M   -
. bochs -    4   corei7_haswell_4770 1G    -
. bochs -    8   corei7_haswell_4770 64M   -
. bochs -    8   ryzen               1G    -
. bochs -    4   corei7_icelake_u    32M   -
. bochs -    1   corei7_icelake_u    64M   -
"""

CPUS = {"6s": "6,sockets=2,cores=3,threads=1"}  # APIC IDs 0 1 2 4 5 6
WITHOUT = {
    "hpet": {"qemu": ["-machine", "hpet=off"], "clock": "PM timer"},
    "pit": {"qemu": ["-machine", "pit=off"]},
    "i8042": {"qemu": ["-machine", "i8042=off"]},
    "serial": {"serial": False},
    "vga": {"qemu": ["-vga", "none"]},
    "vga-text": {"qemu": ["-vga", "none", "-device", "bochs-display"]},
    "acpi": {
        "qemu": ["-machine", "acpi=off"],
        "append": "noacpi",
        "clock": "PIT",
        "online": 1,
        "listed": 1,
    },
}


def make_machine(firmware, kind, cpus, cpu, mem, without):
    """The Machine of a row's words."""
    options = {"qemu": []}
    for name in without.split("+") if without != "-" else []:
        wanted = dict(WITHOUT[name])
        options["qemu"] += wanted.pop("qemu", [])
        options |= wanted
    mem, _, below = mem.partition("/")
    options["qemu"] += ["-machine", f"max-ram-below-4g={below}"] if below else []
    bochs = firmware == "bochs"
    return Machine(
        cpus=CPUS.get(cpus, cpus),
        cpu=cpu,
        mem=mem,
        firmware="bios" if bochs else firmware,
        machine="bochs" if bochs else kind,
        timeout=1200 if cpus == "255" else 400,
        **options,
    )


FIELDS = {
    " ".join(words): words
    for words in (line[2:].split() for line in TABLE.splitlines() if line[:1] in ("*", "."))
}
ROWS = {name: make_machine(*words) for name, words in FIELDS.items()}
EVERYDAY = [" ".join(line[2:].split()) for line in TABLE.splitlines() if line.startswith("*")]


def pairs(words):
    """The pairs of properties that a machine has: (column, word) twice."""
    return set(combinations(enumerate(words), 2))


def can_be(words):
    """Whether there is such a machine: what Bochs is given, OVMF's and many CPUs' need of RAM.

    OVMF waits for ever for the PM timer of a pc without ACPI.
    """
    firmware, kind, cpus, cpu, mem, without = words
    bochs_model = cpu.startswith(("corei7_", "ryzen", "athlon64_"))
    if firmware == "bochs":
        small = mem in ("32M", "64M", "1G") and cpus not in ("64", "255", "6s")
        return bochs_model and kind == "-" and small and without == "-"
    if bochs_model or kind == "-" or (mem == "32M" and cpus in ("64", "255")):
        return False
    if firmware == "uefi":
        return mem != "32M" and (kind, without) != ("pc", "acpi")
    return without not in ("acpi", "vga-text")


def pairs_covered():
    """How many pairs of properties the rows have, and how many there can be."""
    columns = [list(dict.fromkeys(column)) for column in zip(*FIELDS.values())]
    possible = set().union(*(pairs(words) for words in product(*columns) if can_be(words)))
    return len(set().union(*map(pairs, FIELDS.values())) & possible), len(possible)


def seen_by_guest(name, log):
    """What tells this machine from others, to its guest: rows that agree in it are one row."""
    firmware, kind, cpus, _, mem, without = FIELDS[name]
    cpu = [line.partition("] ")[2] for line in log.splitlines() if "] CPU: " in line]
    return (firmware, kind, cpus, mem, without, *cpu)
