"""Boots that cannot go on say why on a framebuffer too; text screens: tests/kernel/test_early.py."""

import sys

import pytest
from conftest import ROOT
from shown import Shown

sys.path.insert(0, str(ROOT / "tests/kernel"))
import patched_kernel  # noqa: E402


@pytest.mark.parametrize("entry", ["bpp32", "bpp24", "bpp16"])
def test_no_long_mode(builds, entry):
    why = "Stoa cannot boot: this CPU has no 64-bit mode (long mode)."
    with Shown(builds.iso(), entry, cpu="qemu32") as machine:
        shown = machine.wait_for("Stoa cannot boot")
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
    with Shown(builds.iso(), grub=lines, files=[copy]) as machine:
        shown = machine.wait_for("end of panic")
        assert "KERNEL PANIC" in machine.log()
    assert any("KERNEL PANIC on CPU 0 (main stack): the loader gave no memory map" in s for s in shown)


@pytest.mark.parametrize("entry", ["bpp32", "text"])
def test_no_memory(builds, entry):
    why = "no memory"
    with Shown(builds.iso(), entry, "mem=64K") as machine:
        shown = machine.wait_for("end of panic", machine.vga_text if entry == "text" else None)
        assert why in machine.log()
    assert any(why in line for line in shown)
