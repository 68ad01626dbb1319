#include "mm/master.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/image.h"
#include "core/log.h"
#include "lib/upcall.h"
#include "mm/cr3.h"
#include "mm/direct_map.h"
#include "mm/kmap.h"
#include "mm/page.h"
#include "mm/phys.h"
#include "mm/walk.h"
#include "mm/window.h"

static void map_segment(const char *start, const char *end, pte_t flags)
{
	if (kmap_range((uint64_t)start, image_to_phys(start), (uint64_t)(end - start), flags, 1))
		panic("no memory to map the kernel image");
}

static void map_image(void)
{
	map_segment(text_start, text_end, KMAP_RX);
	map_segment(rodata_start, rodata_end, KMAP_RO);
	map_segment(data_start, kernel_end, KMAP_RW);
	log_line("master PML4: text %lu KiB R-X, rodata %lu KiB R--, data and bss %lu KiB RW-",
		 (uint64_t)(text_end - text_start) >> 10,
		 (uint64_t)(rodata_end - rodata_start) >> 10,
		 (uint64_t)(kernel_end - data_start) >> 10);
}

void master_build(struct memmap *map)
{
	kmap_init(map);
	map_image();
	direct_map_init(map);
	window_map_boot_cpu();
	if (kmap_slot(MMIO_BASE) || kmap_slot(FRAME_TABLE_BASE))
		panic("no memory for the kernel half's tables");
	log_line("master PML4 at %lx: stack of CPU 0 mapped, %lu pages, guard pages left out",
		 master_pml4.raw, PERCPU_STACK_SIZE / PAGE_SIZE);
}

void master_switch(void)
{
	cr3_load_checked(master_pml4, 0);
}

void master_verify(void)
{
	struct walk walk;

	walk_tables(master_pml4, KERNEL_LOAD_PHYS, &walk);
	if (walk.mapped)
		panic("the identity map is still there");
	walk_tables(master_pml4, (uint64_t)__builtin_frame_address(0), &walk);
	log_line("CR3 switched to the master PML4, stack verified at %p -> %lx, identity map gone",
		 __builtin_frame_address(0),
		 walk_address(&walk, (uint64_t)__builtin_frame_address(0)).raw);
}
