"""Boots that cannot go on say why on a framebuffer too; text screens: tests/kernel/test_early.py."""

import re

import patched_kernel
import pytest
from qemu import MenuBoot


@pytest.mark.parametrize("entry", ["bpp32", "bpp24", "bpp16"])
def test_no_long_mode(builds, entry):
    why = "Stoa cannot boot: this CPU has no 64-bit mode (long mode)."
    with MenuBoot(builds.iso(), entry, cpu="qemu32") as machine:
        shown = machine.wait_for_line("Stoa cannot boot")
        assert shown[0].startswith(why)
        assert machine.log().splitlines() == [why]


def test_no_memory_map(builds, tmp_path):
    elf = builds.out() / "stoa.elf"
    copy = patched_kernel.patched_kernel(elf, patched_kernel.NO_MEMORY_MAP, tmp_path)
    lines = [
        "insmod all_video",
        f"multiboot2 ($run)/{copy.name}",
        "set gfxpayload=1024x768x32",
        "boot",
    ]
    with MenuBoot(builds.iso(), grub=lines, files=[copy]) as machine:
        shown = machine.wait_for_line("end of panic")
        assert "KERNEL PANIC on CPU 0 (main stack): the loader gave no memory map" in machine.log()
    # What follows is on the next line: the report's QR code takes the right half.
    assert "KERNEL PANIC on CPU 0 (main stack): the loader" in shown[0]


@pytest.fixture(name="little", scope="module")
def _little(builds):
    """A word that leaves RAM up to what the loader has put above 1 MiB, and hardly any more."""
    with MenuBoot(builds.iso(), "text") as machine:
        machine.wait_for("ring 3: first entry")
        (end,) = re.findall(r"boot: module [0-9a-f]+\.\.([0-9a-f]+) 'initrd'", machine.log())
    return f"mem={(int(end, 16) >> 10) + 12}K"


@pytest.mark.parametrize("entry", ["bpp32", "text"])
def test_no_memory(builds, little, entry):
    why = "no memory to map the kernel image"
    with MenuBoot(builds.iso(), entry, little) as machine:
        lines = machine.vga_text if entry == "text" else None
        machine.wait_for_line(r"KERNEL PANIC on CPU 0 \(main stack\): no memory to map", lines)
        machine.wait_for("end of panic")
        assert why in machine.log()
