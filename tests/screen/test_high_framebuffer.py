"""A framebuffer far above 4 GiB. QEMU's displays have none there, so it is shared memory of a PCI
device (ivshmem): instructions in front of the kernel's place it and tell of it in the loader's tag,
and what is drawn there is a file of the host's."""

import patched_kernel
import pytest
from qemu import MenuBoot
from screendump import Picture

WIDTH, HEIGHT = 1024, 768
DEVICE = 16  # on bus 0
SIZE = 4 << 20

# %ebx: the information; %eax is the magic. PCI: BAR 2 is of 64 bits; memory is switched on.
MOVE = """
	lea 8(%ebx), %esi
1:	cmpb $8, (%esi)
	je 2f
	mov 4(%esi), %ecx
	add $7, %ecx
	and $-8, %ecx
	add %ecx, %esi
	jmp 1b
2:	movl ${low:#x}, 8(%esi)
	movl ${high:#x}, 12(%esi)
	.macro write register, value
	mov $0xcf8, %dx
	mov ${device:#x} + \\register, %eax
	out %eax, %dx
	mov $0xcfc, %dx
	mov $\\value, %eax
	out %eax, %dx
	.endm
	write 0x18, {low:#x}
	write 0x1c, {high:#x}
	write 0x04, 2
	mov $0x36d76289, %eax
"""


@pytest.mark.parametrize("address", [0xF8_E000_0000, 0xFC_1000_0000])
def test_it_shows_the_log(builds, tmp_path, address):
    code = MOVE.format(
        low=address & 0xFFFF_FFFF, high=address >> 32, device=0x8000_0000 | DEVICE << 11
    )
    kernel = patched_kernel.patched_kernel(builds.out() / "stoa.elf", code, tmp_path)
    memory = tmp_path / "memory"
    lines = [
        "insmod all_video",
        f"multiboot2 ($run)/{kernel.name}",
        "module2 /boot/initrd.cpio initrd",
        f"set gfxpayload={WIDTH}x{HEIGHT}x32",
        "boot",
    ]
    options = [
        *("-vga", "std", "-object"),
        f"memory-backend-file,id=shared,share=on,mem-path={memory},size={SIZE}",
        *("-device", f"ivshmem-plain,memdev=shared,addr={DEVICE:#x}"),
    ]
    with MenuBoot(builds.iso(), grub=lines, files=[kernel], options=options) as machine:

        def read_back():
            return Picture.of_memory(memory, WIDTH, HEIGHT, 4 * WIDTH).text()

        shown = machine.wait_for_line("the first process exited with status 0", read_back)
        assert f"screen: framebuffer at {address:x}, 1024x768 of 32 bits" in machine.log()
    assert any("smoke: 1 of 1 CPUs said hello" in line for line in shown)
