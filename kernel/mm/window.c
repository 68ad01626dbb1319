#include "mm/window.h"

#include "abi/errno.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/entry.h"
#include "arch/x86_64/image.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/frames.h"
#include "mm/kmap.h"
#include "mm/phys.h"
#include "mm/walk.h"

/* What a window holds. Whatever is not listed stays unmapped: the guards are the gaps. */
struct part {
	uint64_t offset;
	uint64_t size;
	char *boot_storage; /* CPU 0's; also everybody's if shared */
	bool shared;
	pte_t flags;
};

static const struct part parts[] = {
	{WINDOW_CPU, WINDOW_DATA_END, window0_cpu, false, KMAP_RW},
	{WINDOW_ENTRY, PAGE_SIZE, cpu_entry, true, KMAP_RX},
	{WINDOW_IST_DF, WINDOW_IST_SIZE, window0_ist, false, KMAP_RW},
	{WINDOW_IST_NMI, WINDOW_IST_SIZE, window0_ist + WINDOW_IST_SIZE, false, KMAP_RW},
	{WINDOW_IST_MC, WINDOW_IST_SIZE, window0_ist + 2 * WINDOW_IST_SIZE, false, KMAP_RW},
	{WINDOW_IST_DB, WINDOW_IST_SIZE, window0_ist + 3 * WINDOW_IST_SIZE, false, KMAP_RW},
	{WINDOW_PANIC, WINDOW_PANIC_SIZE, panic_stack, true, KMAP_RW},
	{WINDOW_STACK, PERCPU_STACK_SIZE, window0_stack, false, KMAP_RW},
};

uint32_t cpu_count = 1;
uint32_t cpus_online;

/* A part at its place, from the storage in the image. */
static int map_stored(uint32_t id, const struct part *part)
{
	return kmap_range(cpu_window(id) + part->offset, image_to_phys(part->boot_storage),
			  part->size, part->flags, 1);
}

/* A part at its place, from fresh frames. */
static int map_fresh(uint32_t id, const struct part *part)
{
	for (uint64_t done = 0; done < part->size; done += PAGE_SIZE) {
		struct page *page = frame_alloc_zeroed(PAGE_KERNEL);

		if (!page || kmap_range(cpu_window(id) + part->offset + done, page_to_paddr(page),
					PAGE_SIZE, part->flags, 1))
			return -ENOMEM;
	}
	return 0;
}

static int map_part(uint32_t id, const struct part *part)
{
#ifdef MUTANT_skip_stack
	if (id == cpu_count - 1 && part->offset == WINDOW_STACK)
		return 0;
#endif
#ifdef MUTANT_map_guard
	struct part wide = *part;

	if (part->offset == WINDOW_STACK && id != 0) {
		wide.offset -= PERCPU_STACK_GUARD_SIZE;
		wide.size += PERCPU_STACK_GUARD_SIZE;
		part = &wide;
	}
#endif
	return id == 0 || part->shared ? map_stored(id, part) : map_fresh(id, part);
}

static int map_window(uint32_t id)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		int error = map_part(id, &parts[i]);

		if (error)
			return error;
	}
	return 0;
}

static void check_guard(uint32_t id, uint64_t offset)
{
	struct walk walk;

	walk_tables(master_pml4, cpu_window(id) + offset, &walk);
	if (walk.mapped)
		panic("window of CPU %u: the guard page at offset 0x%lx is mapped", id, offset);
}

/* Below and above each part nothing may be mapped. */
static void check_guards(uint32_t id)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		check_guard(id, parts[i].offset - PERCPU_STACK_GUARD_SIZE);
		check_guard(id, parts[i].offset + parts[i].size);
	}
}

void window_map_boot_cpu(void)
{
	if (map_window(0))
		panic("no memory for CPU 0's window");
	check_guards(0);
}

int window_create(uint32_t id, uint32_t apic_id)
{
	int error = map_window(id);

	if (error)
		return error;
	check_guards(id);
	cpu_by_id(id)->id = id;
	cpu_by_id(id)->apic_id = apic_id;
	cpu_count = id + 1;
	return 0;
}

unsigned window_pages(void)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		bytes += parts[i].shared ? 0 : parts[i].size;
	return (unsigned)(bytes / PAGE_SIZE);
}
