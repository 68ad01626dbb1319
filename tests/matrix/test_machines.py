"""The machines that the kernel has to boot on: the matrix (rows.py), and variants beside it.

`make test` boots the matrix' everyday rows, the long suite all of them and the variants.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from machines import Machine, check_hello, check_smoke, one
from rows import EVERYDAY, FIELDS, ROWS, pairs_covered, seen_by_guest


@pytest.fixture(scope="session")
def matrix(request, boot, builds):
    """The results of the matrix' rows that this run wants; two emulators work side by side."""
    tests = [item for item in request.session.items if item.name.startswith("test_row[")]
    names = [item.callspec.params["name"] for item in tests]
    builds.program("hello_each")
    builds.iso()
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda name: boot("hello_each", **ROWS[name].options()), names)
        return dict(zip(names, results))


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in EVERYDAY else [pytest.mark.long]) for n in ROWS]
)
def test_row(matrix, name):
    check_hello(ROWS[name], matrix[name])


def test_each_guest_sees_another_machine(matrix):
    seen = {}
    for name, result in matrix.items():
        if ROWS[name].serial:
            seen.setdefault(seen_by_guest(name, result.log), []).append(name)
    assert [names for names in seen.values() if len(names) > 1] == []


def test_everyday_rows_have_each_firmware_chipset_cpu_count_and_ram():
    for column in (0, 1, 2, 4):
        wanted = {words[column] for words in FIELDS.values()} - {"3G/1G"}
        assert {FIELDS[name][column] for name in EVERYDAY} == wanted


def test_the_matrix_is_as_large_as_it_says():
    covered, possible = pairs_covered()
    assert len(ROWS) >= 80 and len(EVERYDAY) == 12
    assert covered / possible > 0.45


def test_bochs_has_what_qemu_lacks(matrix):
    log = next(matrix[name].log for name in EVERYDAY if name.startswith("bochs"))
    one(r"APIC: x2APIC, ID 0", log)
    one(r"clock: the timer is the APIC's, by TSC deadline", log)


def test_apic_ids_are_not_cpu_numbers(matrix):
    log = next(matrix[name].log for name in EVERYDAY if " 6s " in name)
    for cpu, apic_id in enumerate((0, 1, 2, 4, 5, 6)):
        if cpu:
            one(rf"CPU {cpu} online: APIC ID {apic_id}, SIPI at TSC \d+, online at TSC \d+", log)


def test_no_sipi_waits_for_another_cpu(matrix):
    """Each CPU is asked to start before the first one is online."""
    log = next(matrix[name].log for name in EVERYDAY if " q35 8 " in name)
    times = [
        one(rf"CPU {cpu} online: APIC ID {cpu}, SIPI at TSC (\d+), online at TSC (\d+)", log)
        for cpu in range(1, 8)
    ]
    sent, online = [int(m[1]) for m in times], [int(m[2]) for m in times]
    # They start in parallel, so that all start in about the time of one.
    assert max(sent) - min(sent) < min(online) - min(sent) + max(online) - min(online)
    assert sent == sorted(sent)


@pytest.mark.long
def test_calibration_waits_two_milliseconds_at_most(boot):
    result = boot("true", icount=True)
    assert result.status == 0, result
    clock = one(r"clock: TSC (\d+) kHz, .*, (\d+) TSC ticks waited", result.log)
    assert int(clock[2]) <= 2 * int(clock[1])


# The smoke program, on builds, command lines and machines that the matrix' columns have not.
VARIANTS = {
    "sparser APIC IDs": Machine(cpus="9,sockets=3,cores=3,threads=1"),
    "sparse APIC IDs, pc": Machine(cpus="10,sockets=2,cores=5,threads=1", machine="pc"),
    "16 CPUs in 32M": Machine(cpus=16, mem="32M"),
    "255 CPUs": Machine(cpus=255, mem="2G", timeout=1800),
    "255 CPUs, framebuffer": Machine(cpus=255, mem="2G", screen="1024x768x32", timeout=1800),
    "33M": Machine(mem="33M"),
    "no ACPI, no HPET": Machine(
        append="noacpi", qemu=["-machine", "hpet=off"], online=1, listed=1, clock="PIT"
    ),
    "another VGA": Machine(qemu=["-vga", "cirrus"]),
    "nosmp": Machine(append="nosmp", online=1),
    "maxcpus=2, mem=40M": Machine(append="maxcpus=2 mem=40M", online=2, usable=40),
    "maxcpus=0": Machine(append="maxcpus=0", online=1),
    "mem=24M": Machine(append="mem=24M", usable=24),
    "words that are none": Machine(append="mem=much maxcpus=few slice=short delay=1 ktest=9 noacp"),
    "clang": Machine(build="clang"),
    "clang, debug": Machine(build="clang-debug"),
    "debug": Machine(build="debug", mem="64M"),
}


@pytest.mark.long
@pytest.mark.parametrize("name", VARIANTS)
def test_variant(boot, name):
    machine = VARIANTS[name]
    check_smoke(machine, boot("smoke", **machine.options()))
