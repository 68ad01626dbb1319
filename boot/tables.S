/*
 * The boot tables: the first 4 GiB at 0 and at PHYS_OFFSET, the kernel image at KERNEL_VIRT_BASE,
 * all in 2 MiB pages, and CPU 0's window at its final address. A page directory at MMIO_BASE is left
 * empty for the framebuffer, which kernel/boot/screen.c finds. Their size is fixed here, by the
 * assembler: there is no pool that could run out. mm/master.c replaces them.
 */
#include "arch/x86_64/layout.h"

#define PTE_P_W  0x003
#define PTE_P    0x001
#define PTE_LARGE 0x083
#define PAGE_SIZE  0x1000
#define LARGE_PAGE 0x200000
#define TABLE_SIZE PAGE_SIZE
#define PTE_NX_HIGH 0x80000000 /* bit 63, in the high half of an entry */

#define PML4_SLOT(va) (((va) >> 39) & 511)
#define PDPT_SLOT(va) (((va) >> 30) & 511)

/* The physical address of something in the kernel image. (Macro arguments hold no blanks.) */
#define PHYS(symbol) (symbol-KERNEL_VIRT_BASE)

/* The page directory of one of the first 4 GiB. */
#define LOW_PD(gib) (boot_low_pds+gib*TABLE_SIZE)

	.section .boot.text, "ax"
	.code32

/* Entry `slot` of `table` points to `target`. */
.macro link table, slot, target
	movl $(\target + PTE_P_W), \table + 8 * (\slot)
.endm

/* CPU 0's window: `pages` frames from physical `frames` on at `offset`; high half of PTE `high`. */
.macro window offset, frames, pages, flags, high
	mov $((\frames) + \flags), %eax
	mov $(boot_window_pt + 8 * ((\offset) >> 12)), %edi
	mov $(\pages), %ecx
	mov $(\high), %edx
	call fill_window
.endm

	.global boot_build_tables
boot_build_tables:
	/* GRUB clears what a segment has beyond its file part, but nobody depends on it. */
	mov $boot_tables, %edi
	mov $((boot_tables_end - boot_tables) / 4), %ecx
	xor %eax, %eax
	rep stosl

	link boot_pml4, 0, boot_low_pdpt
	link boot_pml4, PML4_SLOT(PHYS_OFFSET), boot_low_pdpt
	link boot_pml4, PML4_SLOT(PERCPU_STACK_REGION_BASE), boot_window_pdpt
	link boot_pml4, PML4_SLOT(KERNEL_VIRT_BASE), boot_image_pdpt
	link boot_low_pdpt, 0, LOW_PD(0)
	link boot_low_pdpt, 1, LOW_PD(1)
	link boot_low_pdpt, 2, LOW_PD(2)
	link boot_low_pdpt, 3, LOW_PD(3)
	link boot_image_pdpt, PDPT_SLOT(KERNEL_VIRT_BASE), boot_low_pds
	link boot_pml4, PML4_SLOT(MMIO_BASE), boot_screen_pdpt
	link boot_screen_pdpt, 0, boot_screen_pd
	link boot_window_pdpt, 0, boot_window_pd
	link boot_window_pd, 0, boot_window_pt

	mov $boot_low_pds, %edi
	mov $PTE_LARGE, %eax
	mov $2048, %ecx
1:	mov %eax, (%edi)
	add $LARGE_PAGE, %eax
	add $8, %edi
	loop 1b

	window WINDOW_CPU, PHYS(window0_cpu), (WINDOW_DATA_END>>12), PTE_P_W, PTE_NX_HIGH
	window WINDOW_ENTRY, PHYS(cpu_entry), 1, PTE_P, 0
	window WINDOW_IST_DF, PHYS(window0_ist), 2, PTE_P_W, PTE_NX_HIGH
	window WINDOW_IST_NMI, PHYS(window0_ist+WINDOW_IST_SIZE), 2, PTE_P_W, PTE_NX_HIGH
	window WINDOW_IST_MC, PHYS(window0_ist+2*WINDOW_IST_SIZE), 2, PTE_P_W, PTE_NX_HIGH
	window WINDOW_IST_DB, PHYS(window0_ist+3*WINDOW_IST_SIZE), 2, PTE_P_W, PTE_NX_HIGH
	window WINDOW_PANIC, PHYS(panic_stack), (WINDOW_PANIC_SIZE>>12), PTE_P_W, PTE_NX_HIGH
	window WINDOW_STACK, PHYS(window0_stack), (PERCPU_STACK_SIZE>>12), PTE_P_W, PTE_NX_HIGH
	ret

/* %ecx entries at %edi: frames from %eax on (flags in its low bits), high half %edx. */
fill_window:
	mov %eax, (%edi)
	mov %edx, 4(%edi)
	add $PAGE_SIZE, %eax
	add $8, %edi
	loop fill_window
	ret

	.section .boot.bss, "aw", @nobits
	.balign 4096
boot_tables:
	.global boot_pml4
boot_pml4:
	.skip 4096
boot_low_pdpt:
	.skip 4096
boot_low_pds:
	.skip 4 * 4096
boot_image_pdpt:
	.skip 4096
boot_screen_pdpt:
	.skip 4096
	.global boot_screen_pd
boot_screen_pd:
	.skip 4096
boot_window_pdpt:
	.skip 4096
boot_window_pd:
	.skip 4096
boot_window_pt:
	.skip 4096
boot_tables_end:
