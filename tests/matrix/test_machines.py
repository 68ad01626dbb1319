"""The machines that the kernel has to boot on, each to the smoke program on every CPU.

The few boots of the everyday suite cover each CPU model, number of CPUs, size of RAM, firmware and
missing device once, several in one boot; the long suite takes them apart.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from machines import Machine, check_smoke, one

# tests/boot/test_matrix.py boots the few machines that `make test` has time for.
pytestmark = pytest.mark.long

SPARSE = "6,sockets=2,cores=3,threads=1"  # APIC IDs 0 1 2 4 5 6
NO_HPET, NO_PIT = "-no-hpet", ["-machine", "pit=off"]
BOCHS = {"machine": "bochs", "cpu": "corei7_haswell_4770"}

EVERYDAY = {
    "32M pc": Machine(cpus=1, mem="32M", cpu="qemu64", machine="pc"),
    "64M": Machine(cpus=2, mem="64M", cpu="Conroe"),
    "96M, no HPET": Machine(cpus=3, mem="96M", cpu="Nehalem", qemu=[NO_HPET], clock="PM timer"),
    "1G, sparse APIC IDs": Machine(cpus=SPARSE, mem="1G", cpu="Haswell"),
    "3G, no PIT": Machine(cpus=5, mem="3G", cpu="EPYC", qemu=NO_PIT),
    "5G, no SMAP": Machine(cpus=8, mem="5G", cpu="max,-smap"),
    "64G, no SMEP": Machine(mem="64G", cpu="max,-smep"),
    "1T, no 1 GiB pages": Machine(mem="1T", cpu="max,-pdpe1gb"),
    "no ACPI, no FSGSBASE": Machine(
        cpu="max,-fsgsbase", append="noacpi", online=1, listed=1, clock="PIT"
    ),
    "nosmp, no XSAVE": Machine(cpu="max,-xsave", append="nosmp", online=1),
    "maxcpus=2, mem=40M, no VGA": Machine(
        append="maxcpus=2 mem=40M", online=2, usable=40, qemu=["-vga", "none"]
    ),
    "clang": Machine(build="clang", machine="pc", qemu=NO_PIT),
    "UEFI, 64M": Machine(cpus=2, mem="64M", firmware="uefi"),
    "UEFI, 1G": Machine(mem="1G", firmware="uefi"),
    "Bochs": Machine(cpus=2, **BOCHS),
}


@pytest.fixture(scope="session")
def everyday(boot, builds):
    """The everyday machines' results; two emulators work side by side."""
    builds.program("smoke")
    for machine in EVERYDAY.values():
        builds.iso(machine.build)
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda machine: machine.boot(boot), EVERYDAY.values())
        return dict(zip(EVERYDAY, results))


@pytest.mark.parametrize("name", EVERYDAY)
def test_everyday_machine(everyday, name):
    check_smoke(EVERYDAY[name], everyday[name])


def test_bochs_has_what_qemu_lacks(everyday):
    log = everyday["Bochs"].log
    one(r"APIC: x2APIC, ID 0", log)
    one(r"clock: the timer is the APIC's, by TSC deadline", log)


def test_apic_ids_are_not_cpu_numbers(everyday):
    log = everyday["1G, sparse APIC IDs"].log
    for cpu, apic_id in enumerate((0, 1, 2, 4, 5, 6)):
        if cpu:
            one(rf"CPU {cpu} online: APIC ID {apic_id}, SIPI at TSC \d+, online at TSC \d+", log)


def test_calibration_waits_two_milliseconds_at_most(boot):
    result = boot("true", icount=True)
    assert result.status == 0, result
    clock = one(r"clock: TSC (\d+) kHz, .*, (\d+) TSC ticks waited", result.log)
    assert int(clock[2]) <= 2 * int(clock[1])


def test_no_sipi_waits_for_another_cpu(everyday):
    """Each CPU is asked to start before the first one is online."""
    log = everyday["5G, no SMAP"].log
    times = [
        one(rf"CPU {cpu} online: APIC ID {cpu}, SIPI at TSC (\d+), online at TSC (\d+)", log)
        for cpu in range(1, 8)
    ]
    sent, online = [int(m[1]) for m in times], [int(m[2]) for m in times]
    # They start in parallel, so that all start in about the time of one.
    assert max(sent) - min(sent) < min(online) - min(sent) + max(online) - min(online)
    assert sent == sorted(sent)


MODELS = [
    *("qemu64", "Conroe", "Nehalem", "Haswell", "EPYC", "max", "phenom", "kvm64"),
    *(f"max,-{word}" for word in ("smap", "smep", "pdpe1gb", "fsgsbase", "xsave", "umip", "pge")),
    *(f"max,-{word}" for word in ("pat", "mtrr", "rdrand", "avx", "fxsr", "clflush")),
]
SIZES = ["32M", "33M", "64M", "96M", "1G", "3G", "5G", "64G", "1T", "8T"]
BOCHS_MODELS = {
    "corei7_haswell_4770": 2,
    "corei7_icelake_u": 4,
    "ryzen": 3,
    "athlon64_clawhammer": 1,
}
APART = {
    **{f"{cpus} CPUs": Machine(cpus=cpus) for cpus in (1, 2, 3, 4, 5, 8, 16)},
    "64 CPUs": Machine(cpus=64, mem="1G", timeout=600),
    "255 CPUs": Machine(cpus=255, mem="2G", timeout=1800),
    "255 CPUs, UEFI": Machine(cpus=255, mem="1G", firmware="uefi", timeout=1800),
    "16 CPUs in 32M": Machine(cpus=16, mem="32M"),
    "sparse APIC IDs": Machine(cpus=SPARSE),
    "sparser APIC IDs": Machine(cpus="9,sockets=3,cores=3,threads=1"),
    **{f"model {cpu}": Machine(cpu=cpu) for cpu in MODELS},
    **{f"RAM {mem}": Machine(mem=mem) for mem in SIZES},
    "RAM 3G, 1G of it below 4G": Machine(mem="3G", qemu=["-machine", "max-ram-below-4g=1G"]),
    **{f"pc, model {cpu}": Machine(cpu=cpu, machine="pc") for cpu in ("max", "qemu64", "EPYC")},
    **{f"UEFI, {mem}": Machine(mem=mem, firmware="uefi") for mem in ("64M", "128M", "1G", "5G")},
    "UEFI, 64G": Machine(mem="64G", firmware="uefi", timeout=400),
    "UEFI, no ACPI": Machine(
        firmware="uefi",
        append="noacpi",
        qemu=["-machine", "acpi=off"],
        online=1,
        listed=1,
        clock="PIT",
    ),
    "no HPET": Machine(qemu=[NO_HPET], clock="PM timer"),
    "no PIT": Machine(qemu=NO_PIT),
    "no HPET, no PIT": Machine(qemu=[NO_HPET, *NO_PIT], clock="PM timer"),
    "no ACPI, no HPET": Machine(
        append="noacpi", qemu=[NO_HPET], online=1, listed=1, clock="PIT"
    ),
    "no keyboard controller": Machine(qemu=["-machine", "i8042=off"]),
    "no VGA": Machine(qemu=["-vga", "none"]),
    "another VGA": Machine(qemu=["-vga", "cirrus"]),
    "nosmp": Machine(append="nosmp", online=1),
    "maxcpus=2": Machine(append="maxcpus=2", online=2),
    "maxcpus=0": Machine(append="maxcpus=0", online=1),
    "mem=24M": Machine(append="mem=24M", usable=24),
    "words that are none": Machine(append="mem=much maxcpus=few slice=short delay=1 ktest=9 noacp"),
    "clang": Machine(build="clang"),
    "clang, debug": Machine(build="clang-debug"),
    "debug": Machine(build="debug", mem="64M"),
    **{
        f"Bochs {cpu}": Machine(cpus=cpus, machine="bochs", cpu=cpu, timeout=400)
        for cpu, cpus in BOCHS_MODELS.items()
    },
    "Bochs, 8 CPUs": Machine(cpus=8, mem="64M", **BOCHS, timeout=400),
}


@pytest.mark.long
@pytest.mark.parametrize("name", APART)
def test_machine(boot, name):
    machine = APART[name]
    check_smoke(machine, machine.boot(boot))
