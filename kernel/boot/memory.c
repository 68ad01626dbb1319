#include "boot/memory.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/image.h"
#include "arch/x86_64/mtrr.h"
#include "arch/x86_64/pat.h"
#include "boot/info.h"
#include "boot/screen.h"
#include "core/log.h"
#include "core/random.h"
#include "core/symbols.h"
#include "lib/cmdline.h"
#include "lib/upcall.h"
#include "mm/frames.h"
#include "mm/large.h"
#include "mm/master.h"
#include "mm/online.h"
#include "mm/phys.h"
#include "mm/ptdump.h"
#include "mm/shared.h"
#include "mm/space.h"
#include "mm/tlb_cpu.h"
#include "mm/user_layout.h"
#include "mm/window.h"
#include "proc/process.h"

struct memmap memmap;
paddr_t trampoline_page;

static bool map_entry(void *ctx, uint32_t index, struct memmap_entry *entry)
{
	struct boot_mmap_entry raw;

	(void)ctx;
#ifdef MUTANT_lose_memory_map
	index = boot_info.mmap.count;
#endif
	if (!boot_mmap_entry(&boot_info, index, &raw))
		return false;
	*entry = (struct memmap_entry){raw.base, raw.length, raw.type};
	return true;
}

/* Page-rounded, so that no frame is half ours. */
static void reserve(uint64_t start, uint64_t end, const char *name)
{
	memmap_reserve(&memmap, ALIGN_DOWN(start, PAGE_SIZE), ALIGN_UP(end, PAGE_SIZE), name);
}

/* Loaders put small things into one page; what is reserved already needs no second entry. */
static void reserve_rest(uint64_t start, uint64_t end, const char *name)
{
	for (uint64_t page = ALIGN_DOWN(start, PAGE_SIZE); page < end; page += PAGE_SIZE) {
		uint64_t run = page;

		while (run < end && !memmap_reserved_by(&memmap, run, run + PAGE_SIZE))
			run += PAGE_SIZE;
		if (run > page) {
			memmap_reserve(&memmap, page, run, name);
			page = run;
		}
	}
}

/* Whether all of [start, end) is RAM, and so in the direct map. */
static bool is_ram(uint64_t start, uint64_t end)
{
	uint64_t cursor = start, ram_start, ram_end;

	return start <= end && memmap_next_ram(&memmap, &cursor, &ram_start, &ram_end) &&
	       ram_start <= start && end <= ram_end;
}

/*
 * What the loader has put into memory is read through the direct map later, which has only what the
 * memory map calls RAM.
 */
static void check_loaded_things(uint32_t info_address)
{
	uint64_t info_end = (uint64_t)info_address + boot_info.size;
	unsigned kept = 0;

	if (!is_ram(info_address, info_end))
		panic("the loader's information, %x..%lx, is not in its memory map's RAM",
		      info_address, info_end);
	for (unsigned i = 0; i < boot_info.n_modules; i++) {
		struct boot_module module = boot_info.modules[i];

		if (is_ram(module.start.raw, module.end.raw))
			boot_info.modules[kept++] = module;
		else
			log_line("boot: module '%s' is not in RAM, ignored", module.cmdline);
	}
	boot_info.n_modules = kept;
}

static void reserve_sections(void)
{
	struct boot_elf_section section;

	for (uint32_t i = 0; boot_elf_section(&boot_info, i, &section); i++) {
		if (section.addr < MIB(1) || section.addr >= GIB(4) || section.size >= GIB(1))
			continue;
		reserve_rest(section.addr, section.addr + section.size, "symbols");
		if (!is_ram(section.addr, section.addr + section.size))
			symbols_use(NULL, 0, NULL, 0);
	}
}

static void reserve_boot_things(uint32_t info_address)
{
	reserve(image_to_phys(kernel_start).raw, image_to_phys(kernel_end).raw, "kernel image");
	reserve((uint64_t)boot_start, (uint64_t)boot_end, "boot code and tables");
	for (unsigned i = 0; i < boot_info.n_modules; i++)
		reserve_rest(boot_info.modules[i].start.raw, boot_info.modules[i].end.raw,
			     "module");
	reserve_rest(info_address, (uint64_t)info_address + boot_info.size, "boot information");
	reserve_sections();
	trampoline_page = memmap_alloc_low(&memmap, PAGE_SIZE, "AP trampoline");
}

static void tell_ranges(void)
{
	for (uint32_t i = 0; i < memmap.n_ranges; i++)
		log_line("memory map: %016lx..%016lx %s", memmap.ranges[i].start,
			 memmap.ranges[i].end, memmap_type_name(memmap.ranges[i].type));
}

static void tell_frames(void)
{
	struct memmap_totals totals;

	memmap_totals(&memmap, &totals);
	log_line("frames: total %lu KiB, usable %lu KiB, reserved %lu KiB, kernel image %lu KiB",
		 totals.total >> 10, totals.usable >> 10, totals.reserved >> 10,
		 (uint64_t)(kernel_end - kernel_start) >> 10);
}

void boot_memory_map(uint32_t info_address)
{
	struct memmap_source source = {.get = map_entry};
	uint64_t limit;

	if (!boot_info.mmap.count)
		panic("the loader gave no memory map");
	memmap_build(&memmap, &source, log_tell, NULL);
	switch (cmdline_size(boot_info.cmdline, "mem", &limit)) {
	case 1:
		memmap_limit(&memmap, limit);
		break;
	case -1:
		log_line("memory: the word mem= is no size and is ignored");
		break;
	default:
		break;
	}
	tell_ranges();
	if (!memmap_ram_end(&memmap))
		panic("the memory map has no usable RAM");
	check_loaded_things(info_address);
	reserve_boot_things(info_address);
#ifdef MUTANT_reserve_twice
	reserve(image_to_phys(kernel_start).raw, image_to_phys(kernel_end).raw, "heap");
#endif
	tell_frames();
}

/* The boot tables are not needed once CR3 holds the master's: their frames become ordinary RAM. */
static void drop_boot_tables(void)
{
	memmap_release(&memmap, (uint64_t)boot_start, (uint64_t)boot_end);
}

static void tell_online(void)
{
	log_line("memory: frame table %lu KiB, %lu KiB free, %lu KiB to be brought online when "
		 "needed",
		 online_table_bytes() >> 10, frames_free_count() << 2,
		 online_offline_bytes() >> 10);
}

void boot_memory_start(void)
{
	mtrr_read();
	pat_init_cpu();
	master_build(&memmap);
	boot_screen_map(&memmap);
	master_switch();
	boot_screen_move();
	master_verify();
	tlb_init(!cmdline_has(boot_info.cmdline, "nopcid"));
	ptdump_register();
	drop_boot_tables();
	frames_init();
	frames_init_cpu(boot_ram_per_cpu(CPU_MAX));
	online_init(&memmap);
	tell_online();
	large_init(boot_info.cmdline);
	random_init(boot_info.cmdline);
	user_layout_init(boot_info.cmdline);
	space_init();
	shared_init();
	threads_init();
	processes_init();
}

uint64_t boot_ram_per_cpu(uint32_t cpus)
{
	struct memmap_totals totals;

	memmap_totals(&memmap, &totals);
	return totals.usable / cpus;
}

void boot_memory_tell(void)
{
	struct memmap_totals totals;
	uint64_t free = (frames_free_count() << PAGE_SHIFT) + online_offline_bytes();

	memmap_totals(&memmap, &totals);
	log_line("memory: total=%lu KiB free=%lu KiB unavailable=%lu KiB", totals.total >> 10,
		 free >> 10, (totals.total - free) >> 10);
}

void boot_memory_tell_end(void)
{
	uint64_t free = (frames_free_count() << PAGE_SHIFT) + online_offline_bytes();

	log_line("memory: at the end free=%lu KiB, frame table %lu KiB", free >> 10,
		 online_table_bytes() >> 10);
}
