#include "mm/meminfo.h"

#include "arch/x86_64/cpu.h"
#include "lib/fmt.h"
#include "lib/string.h"
#include "mm/large.h"
#include "mm/online.h"
#include "mm/slab.h"

#define STACKS_OF_CPU (PERCPU_STACK_SIZE + 4 * WINDOW_IST_SIZE)

static void line(struct printer *out, const char *name, uint64_t bytes)
{
	print(out, "%-15s %8lu kB\n", name, bytes >> 10);
}

/* RAM that is not online yet is as good as free: it comes online when it is asked for. */
void meminfo_print(struct printer *out, const struct frame_scan *scan)
{
	const uint64_t *frames = scan->frames;
	uint64_t offline = online_offline_bytes();
	uint64_t free = (frames[PAGE_FREE] + frames[PAGE_MAGAZINE]) * PAGE_SIZE + offline;

	line(out, "MemTotal:", frames_total() * PAGE_SIZE + offline);
	line(out, "MemFree:", free);
	line(out, "MemAvailable:", free);
	line(out, "Buffers:", 0);
	line(out, "Cached:", frames[PAGE_OBJECT] * PAGE_SIZE);
	line(out, "SwapCached:", 0);
	line(out, "SwapTotal:", 0);
	line(out, "SwapFree:", 0);
	line(out, "Dirty:", 0);
	line(out, "Writeback:", 0);
	line(out, "AnonPages:", frames[PAGE_ANON] * PAGE_SIZE);
	line(out, "Slab:", frames[PAGE_SLAB] * PAGE_SIZE);
	line(out, "SReclaimable:", 0);
	line(out, "SUnreclaim:", frames[PAGE_SLAB] * PAGE_SIZE);
	line(out, "KernelStack:", cpu_count * STACKS_OF_CPU + WINDOW_PANIC_SIZE);
	line(out, "PageTables:", frames[PAGE_TABLE] * PAGE_SIZE);
	line(out, "Hugepagesize:", LARGE_SIZE);
}

void buddyinfo_print(struct printer *out, const struct frame_scan *scan)
{
	static const char *const names[ZONES_MAX] = {"DMA", "DMA32", "Normal"};

	for (unsigned zone = 0; zone < ZONES_MAX; zone++) {
		print(out, "Node 0, zone %8s ", names[zone]);
		for (unsigned order = 0; order < BUDDY_ORDERS; order++)
			print(out, "%6lu ", scan->free_blocks[zone][order]);
		print(out, "\n");
	}
}

/* Columns are told apart by blanks. */
static void column(char *text, size_t size, const char *name)
{
	strscpy(text, name, size);
	for (char *at = text; *at; at++) {
		if (*at == ' ')
			*at = '_';
	}
}

static void print_cache(struct printer *out, const struct slab_cache *cache)
{
	uint64_t slabs = cache->slabs;
	char name[24];

	column(name, sizeof(name), cache->name);
	print(out, "%-17s %6lu %6lu %6u %4u %4u", name, cache->in_use - slab_kept(cache),
	      slabs * cache->per_slab, cache->slot, cache->per_slab, 1U << cache->order);
	print(out, " : tunables %4u %4u %4u : slabdata %6lu %6lu %6u\n", cache->capacity,
	      (cache->capacity + 1) / 2, 0, slabs, slabs, 0);
}

bool slabinfo_print_some(struct printer *out, uint32_t *n)
{
	const struct slab_cache *cache = slab_cache_by_id(*n);

	if (*n == 0)
		print(out, "slabinfo - version: 2.1\n"
			   "# name            <active_objs> <num_objs> <objsize> <objperslab> "
			   "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : "
			   "slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	if (!cache)
		return false;
	print_cache(out, cache);
	(*n)++;
	return true;
}
