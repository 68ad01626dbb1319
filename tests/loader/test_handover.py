"""What a loader may hand over beside the information: a screen above 4 GiB, another mode of the APIC."""

import script as s
from loaded import make_loaded  # noqa: F401 (the fixture `loaded`)
from qemu import MenuBoot
from screendump import Picture

IA32_APIC_BASE = 0x1B
X2APIC_ON = 0xFEE00000 | 1 << 11 | 1 << 10 | 1 << 8

SCREEN, WIDTH, HEIGHT = 0x140000000, 1024, 768
PITCH = 4 * WIDTH + 64
MAP_WITH_SCREEN = (
    (0, 0x9F000, s.USABLE),
    (0x100000, 0x7FEDF000, s.USABLE),
    (0x7FFDF000, 0x21000, s.RESERVED),
    (0xFEC00000, 0x1400000, s.RESERVED),
    (0x100000000, SCREEN - 0x100000000, s.USABLE),
    (SCREEN, 0x1000000, s.RESERVED),
    (SCREEN + 0x1000000, 0x3F000000, s.USABLE),
)


def test_a_framebuffer_above_4_gib(builds, tmp_path):
    """The machine has 6 GiB; a part of its RAM is told to be a screen."""
    builds.program("hello_each")
    screen = s.framebuffer(SCREEN, PITCH, WIDTH, HEIGHT)
    script, loader = tmp_path / "script", builds.folder / "tests/loader.elf"
    script.write_bytes(
        s.everything_but(s.TAG_MMAP, s.TAG_FRAMEBUFFER) + s.memory_map(*MAP_WITH_SCREEN) + screen
    )
    # The ISO's own programs.
    lines = [line for line in s.lines(loader, script, "") if "run.cpio" not in line]
    machine = {"grub": lines, "files": [loader, script], "options": ["-m", "6G", "-vga", "std"]}
    with MenuBoot(builds.iso(), **machine) as shown:

        def read_back():
            path = tmp_path / "memory"
            shown.command(f'pmemsave {SCREEN:#x} {PITCH * HEIGHT} "{path}"')
            return Picture.of_memory(path, WIDTH, HEIGHT, PITCH).text()

        shown.wait_for_line("the first process exited with status 0", read_back)
        assert f"at {SCREEN:x}" in shown.log()


def test_x2apic_that_the_loader_has_switched_on(loaded):
    script = s.everything_but() + s.msr(IA32_APIC_BASE, X2APIC_ON)
    machine = {"machine": "bochs", "cpu": "corei7_haswell_4770", "cpus": 2, "timeout": 200}
    result = loaded.boot("x2apic", script, **machine)
    assert result.status == 0, result
    assert "APIC: x2APIC, ID 0" in result.log
    assert result.lines[-1] == "hello_each: 2 of 2 CPUs"
