"""PCI: what is found agrees with QEMU, firmware's devices are quiet, interrupts arrive."""

import re

import pytest
from qemu import ProgramRun


def qemu(*words):
    return [part for word in words for part in ("--qemu-arg", word)]


MACHINES = {
    "memory": qemu("-device", "edu"),
    "ports": ["--machine", "pc", *qemu("-device", "edu")],
    "bridges": qemu(
        *("-device", "pcie-root-port,id=root1,chassis=1", "-device", "e1000e,bus=root1"),
        *("-device", "i82801b11-bridge,id=old", "-device", "pci-bridge,id=older,bus=old,chassis_nr=2"),
        *("-device", "edu,bus=older,addr=3", "-device", "nec-usb-xhci", "-device", "ich9-usb-ehci1"),
    ),
    "uefi": ["--firmware", "uefi", *qemu("-device", "e1000e")],
}

FUNCTION = re.compile(r"pci 0000:(\w\w):(\w\w)\.(\d): (\w{4}):(\w{4}) class (\w{6})(.*)")


def told_functions(log):
    """{(bus, slot, function): (identifiers, {address of a BAR: its size})}"""
    found = {}
    for match in FUNCTION.finditer(log):
        bars = {}
        for size, unit, address in re.findall(r"(\d+) (ports|bytes|MiB) at (\w+)", match[7]):
            bars[int(address, 16)] = int(size) << (20 if unit == "MiB" else 0)
        found[tuple(int(part, 16) for part in match.groups()[:3])] = (f"{match[4]}:{match[5]}", bars)
    return found


def qemu_functions(text):
    """The same of QEMU's `info pci`, which leaves out what firmware gave no address."""
    found = {}
    for block in re.split(r"^  Bus +", text, flags=re.M)[1:]:
        place = re.match(r"(\d+), device +(\d+), function (\d+):", block)
        ids = re.search(r"PCI device (\w{4}:\w{4})", block)
        bars = {}
        for first, last in re.findall(r"BAR\d+: .* at 0x(\w+) \[0x(\w+)\]", block):
            if int(last, 16) > int(first, 16):
                bars[int(first, 16)] = int(last, 16) - int(first, 16) + 1
        found[tuple(int(part) for part in place.groups())] = (ids[1], bars)
    return found


LONG = ("memory", "INTx, pc", "MSI")


def names(table):
    """Those that others cover nearly are left to the long suite."""
    return [pytest.param(name, marks=pytest.mark.long if name in LONG else ()) for name in table]


@pytest.mark.parametrize("name", names(MACHINES))
def test_the_same_functions_as_qemu(builds, name):
    with ProgramRun(builds, "spin", MACHINES[name]) as machine:
        machine.wait_for(r"ring 3: first entry")
        log, theirs = machine.log(), qemu_functions(machine.command("info pci"))
    ours = told_functions(log)
    assert len(ours) >= 6 and {place: ids for place, (ids, _) in ours.items()} == {
        place: ids for place, (ids, _) in theirs.items()
    }
    for place, (_, bars) in theirs.items():
        # A BAR is left unsized where its function must go on decoding: bridges.
        if not ours[place][1] and place[1] in (0, 0x1E):
            continue
        assert {a: s for a, s in ours[place][1].items() if a} == bars, (place, log)
    assert f"pci: configuration {'by ports' if name == 'ports' else 'space in memory, at '}" in log


def test_firmwares_bus_masters_are_switched_off(builds):
    """AHCI is; the display, under OVMF, is not."""
    with ProgramRun(builds, "spin", MACHINES["uefi"]) as machine:
        machine.wait_for(r"ring 3: first entry")
        log = machine.log()
        ecam = int(re.search(r"pci: configuration space in memory, at (\w+)", log)[1], 16)
        commands = {}
        for place in told_functions(log):
            bus, slot, function = place
            words = machine.command(f"xp /1wx {ecam + (bus << 20 | slot << 15 | function << 12) + 4:#x}")
            commands[place] = int(re.search(r": 0x(\w+)", words)[1], 16)
    assert "pci 00:1f.2: 8086:2922 was bus master; switched off" in log
    assert "pci 00:01.0: 1234:1111 was bus master; a display" in log
    assert commands[(0, 0x1F, 2)] & 0x404 == 0x400
    assert commands[(0, 1, 0)] & 4


# The word of the test in the kernel, the machine, and what is told of the interrupts.
INTERRUPTS = {
    "INTx": ("edu-intx", "edu by INTx: 100 and 0", MACHINES["memory"]),
    "INTx, pc": ("edu-intx", "edu by INTx: 100 and 0", MACHINES["ports"]),
    "INTx by the 8259s": ("edu-intx", "edu by INTx: 100 and 0", [*MACHINES["ports"], "--append", "noacpi"]),
    "MSI": ("edu-msi:1", "edu by MSI: 100 and 0", MACHINES["memory"]),
    "MSI behind bridges": ("edu-msi:1", "edu by MSI: 100 and 0", MACHINES["bridges"]),
    "MSI-X behind a bridge": ("e1000e-msix:1", r"e1000e by MSI-X: [1-9]\d* and [1-9]\d*", MACHINES["bridges"]),
}


@pytest.mark.parametrize("name", names(INTERRUPTS))
def test_interrupts_arrive(builds, name):
    word, told, options = INTERRUPTS[name]
    cpu = int(word.partition(":")[2] or 0)
    options = ["--cpus", "2", "--append", f"ktest={word} rounds=100", *options]
    with ProgramRun(builds, "spin", options) as machine:
        machine.wait_for(f"ktest: {told} interrupts on CPU {cpu}\n", 20)
        assert "nobody expected" not in machine.log()


def test_remapping_that_is_on_is_switched_off(boot):
    result = boot("true", append="ktest=iommu-intel", extra=qemu("-device", "intel-iommu,intremap=on"))
    assert result.status == 0, result
    assert "iommu: Intel's unit at fed90000\n" in result.log
    assert "ktest: status 82000000" in result.log and "ktest: status 00000000" in result.log
    for what in ("interrupts", "memory"):
        assert f"iommu: remapping of {what} was on; switched off" in result.log


def test_amds_remapping_that_is_on_is_switched_off(boot):
    result = boot("true", append="ktest=iommu-amd", extra=qemu("-device", "amd-iommu"))
    assert result.status == 0, result
    assert "iommu: AMD's unit at fed80000\n" in result.log
    assert "iommu: remapping was on; switched off" in result.log and "ktest: control 0" in result.log
