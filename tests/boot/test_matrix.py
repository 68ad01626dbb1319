"""The machines that Stoa boots on: each row boots to the smoke program, with a process on every CPU.

What `make test` leaves out because of its time is marked long.
"""

import re

import pytest


def row(name, cpus=1, long=False, qemu=(), **options):
    """One machine. qemu: further arguments for QEMU; cpus: a number, or the text after -smp."""
    extra = [f"--qemu-arg={arg}" for arg in qemu]
    marks = [pytest.mark.long] if long else []
    return pytest.param({"cpus": cpus, "extra": extra, **options}, id=name, marks=marks)


def machine(options):
    """QEMU's argument for the machine's options."""
    return ["-machine", options]


ROWS = [
    # Firmware and machine.
    row("pc", cpus=2, machine="pc"),
    row("UEFI, 64 MiB", cpus=2, firmware="uefi", mem="64M"),
    row("UEFI, pc", cpus=2, firmware="uefi", machine="pc", long=True),
    row("UEFI, 64 GiB", cpus=2, firmware="uefi", mem="64G", timeout=300, long=True),
    row("Bochs", cpus=2, machine="bochs"),
    row("Bochs, 1 CPU", cpus=1, machine="bochs", long=True),
    row("Bochs, 8 CPUs", cpus=8, machine="bochs", timeout=600, long=True),
    row("Bochs, icelake", cpus=2, machine="bochs", cpu="corei7_icelake_u", long=True),
    row("Bochs, ryzen", cpus=2, machine="bochs", cpu="ryzen", long=True),
    row("Bochs, clawhammer", cpus=2, machine="bochs", cpu="athlon64_clawhammer", long=True),
    # CPUs.
    row("1 CPU", cpus=1),
    row("2 CPUs", cpus=2, long=True),
    row("3 CPUs", cpus=3),
    row("5 CPUs", cpus=5, long=True),
    row("8 CPUs", cpus=8),
    row("64 CPUs", cpus=64, mem="1G", timeout=300),
    row("255 CPUs", cpus=255, mem="1G", timeout=1200, long=True),
    row("sparse APIC IDs", cpus="6,sockets=2,cores=3,threads=1"),
    row("sparse in both", cpus="10,sockets=2,cores=5,threads=1", machine="pc", long=True),
    # RAM.
    row("32 MiB", mem="32M"),
    row("64 MiB", mem="64M", long=True),
    row("96 MiB", mem="96M", long=True),
    row("3 GiB", mem="3G", long=True),
    row("5 GiB", mem="5G", long=True),
    row("64 GiB", mem="64G"),
    row("1 TiB", mem="1T"),
    row("8 TiB", mem="8T", long=True),
    row("1 GiB below 4 GiB", mem="3G", qemu=machine("max-ram-below-4g=1G"), long=True),
    # CPU models.
    row("qemu64", cpus=2, cpu="qemu64"),
    row("Conroe", cpus=2, cpu="Conroe", long=True),
    row("Nehalem", cpus=2, cpu="Nehalem", long=True),
    row("Haswell", cpus=2, cpu="Haswell", long=True),
    row("EPYC", cpus=2, cpu="EPYC", long=True),
    row("without SMAP", cpus=2, cpu="max,-smap", long=True),
    row("without SMEP", cpus=2, cpu="max,-smep", long=True),
    row("without 1 GiB pages", cpus=2, cpu="max,-pdpe1gb", long=True),
    row("without FSGSBASE", cpus=2, cpu="max,-fsgsbase", long=True),
    row("without XSAVE", cpus=2, cpu="max,-xsave", long=True),
    row("without UMIP", cpus=2, cpu="max,-umip", long=True),
    row("without RDRAND", cpus=2, cpu="max,-rdrand", long=True),
    # Devices that are not there.
    row("no HPET", cpus=2, qemu=machine("hpet=off"), long=True),
    row("no PIT", cpus=2, qemu=machine("pit=off"), long=True),
    row("no HPET, no PIT", cpus=2, qemu=machine("hpet=off,pit=off")),
    row("no keyboard controller", cpus=2, machine="pc", qemu=machine("i8042=off"), long=True),
    row("no VGA", cpus=2, qemu=["-vga", "none"], long=True),
    # Without ACPI there is one CPU, whatever the machine has.
    row("no ACPI", cpus=2, append="noacpi"),
    row("no ACPI, UEFI", cpus=2, firmware="uefi", append="noacpi", qemu=machine("acpi=off"), long=True),
]


@pytest.mark.parametrize("options", ROWS)
def test_boots(boot, options):
    result = boot("smoke", **options)
    assert result.status == 0, result
    cpus = 1 if "noacpi" in options.get("append", "") else int(str(options["cpus"]).split(",")[0])
    hellos = [re.match(r"Hello from userspace! cpu=(\d+) ", line) for line in result.lines]
    assert sorted(int(m[1]) for m in hellos if m) == list(range(cpus))
    assert "PANIC" not in result.log
