"""Boots that cannot go on, or that hardly can: each says why, on the serial port and the screen."""

import patched_kernel
import pytest
from qemu import ProgramRun

# CPU models that the kernel cannot run on, and what it says.
CPUS = {
    "qemu64,-lm": "this CPU has no 64-bit mode (long mode)",
    "qemu32": "this CPU has no 64-bit mode (long mode)",
    "qemu64,-nx": "this CPU has no NX, or firmware has switched it off",
    "qemu64,-sse2": "this CPU has no SSE2",
    "pentium3": "this CPU has no SSE2",
    "486": "this CPU lacks TSC, MSRs or PAE",
}


@pytest.mark.parametrize("cpu", CPUS)
def test_a_cpu_that_cannot_run_it(builds, cpu):
    why = f"Stoa cannot boot: {CPUS[cpu]}."
    with ProgramRun(builds, "true", ["--cpus", "1", "--cpu", cpu, "--timeout", "60"]) as boot:
        boot.wait_for(r"Stoa cannot boot: [^\n]*\n")
        assert boot.out.decode().splitlines() == [why]
        assert any(line.startswith(why) for line in boot.vga_text())


@pytest.fixture
def boot_patched(builds, tmp_path):
    """Boots the kernel with these instructions before its own, from GRUB and with its archive."""

    def boot(instructions):
        copy = patched_kernel.patched_kernel(builds.out() / "stoa.elf", instructions, tmp_path)
        lines = [
            f"multiboot2 ($run)/{copy.name} {' '.join(['first', 'word'])}",
            "module2 /boot/initrd.cpio initrd",
            "set gfxpayload=text",
            "boot",
        ]
        options = ["--cpus", "2", "--timeout", "60", "--disk-file", str(copy)]
        for line in lines:
            options += ["--grub", line]
        return ProgramRun(builds, "true", options)

    return boot


def test_a_loader_that_is_not_multiboot2(boot_patched):
    why = "Stoa cannot boot: the loader is not multiboot2 (wrong magic)."
    with boot_patched(patched_kernel.WRONG_MAGIC) as boot:
        boot.wait_for(r"Stoa cannot boot: [^\n]*\n")
        assert boot.out.decode().splitlines() == [why]
        assert any(line.startswith(why) for line in boot.vga_text())


@pytest.mark.parametrize("sabotage", ["NO_MEMORY_MAP", "NOTHING_BUT_A_SIZE"])
def test_no_memory_map(boot_patched, sabotage):
    with boot_patched(getattr(patched_kernel, sabotage)) as boot:
        boot.wait_for(r"end of panic")
        screen = boot.vga_text()
    why = "the loader gave no memory map"
    assert f"KERNEL PANIC on CPU 0 (main stack): {why}" in boot.out.decode()
    assert any(why in line for line in screen), screen


def test_information_that_claims_to_be_endless(boot_patched):
    with boot_patched(patched_kernel.ENDLESS) as boot:
        boot.wait_for(r"the first process exited with status 0")
    assert "smoke: 2 of 2 CPUs said hello" in boot.out.decode()
