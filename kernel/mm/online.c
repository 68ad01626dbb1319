#include "mm/online.h"

#include "arch/x86_64/cpu.h"
#include "core/delay.h"
#include "core/log.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/direct_map.h"
#include "mm/frames.h"
#include "mm/kmap.h"
#include "mm/phys.h"

/* The frame table is mapped in pages; one describes this much RAM. */
#define GRANULE (PAGE_SIZE / sizeof(struct page) * PAGE_SIZE)
#define PIECE	MIB(32) /* 128 KiB of frame table: 16,384 stores to clear */
#ifdef DEBUG
#define CHUNK KIB(256) /* which is filled with a pattern: 512 stores a frame */
#else
#define CHUNK PIECE
#endif
#define BOOT_ONLINE MIB(32) /* RAM that is online before the first process */
#define LOW_FRAMES  (MIB(16) >> PAGE_SHIFT)
#define HIGH_FRAMES (MIB(48) >> PAGE_SHIFT)

static struct memmap *map;
static bool booting; /* the first piece: its tables come from the memory map */
static uint64_t cursor;
static uint64_t prepared_to; /* RAM from the cursor up to here has its direct map and frame table */
uint64_t online_bytes_left;  /* from the cursor on */
static uint64_t table_mapped_to; /* frame table pages below the entry of this address exist */
static uint64_t table_bytes, unused_frames;

/*
 * A frame for the table. When nothing is free the range that is coming online, which ends at
 * `end`, gives its own first frame, *fallback.
 */
static paddr_t table_page(uint64_t *fallback, uint64_t end)
{
	struct page *page;
	paddr_t own = PADDR(*fallback);

	if (booting)
		return memmap_alloc(map, PAGE_SIZE, PAGE_SIZE, GIB(4));
	page = frame_alloc(PAGE_KERNEL);
	if (page)
		return page_to_paddr(page);
	if (*fallback >= end)
		return PADDR(0);
	*fallback += PAGE_SIZE;
	return own;
}

/* Make the frame table for RAM [*start, end); *start moves up when the table came out of it. */
static bool extend_table(uint64_t *start, uint64_t end)
{
	uint64_t from = MAX(ALIGN_DOWN(*start, GRANULE), table_mapped_to);

	for (; from < end; from += GRANULE) {
		paddr_t pa = table_page(start, end);
		uint64_t va = (uint64_t)pfn_to_page(from >> PAGE_SHIFT);

		if (!pa.raw || kmap_range(va, pa, PAGE_SIZE, KMAP_RW, 1))
			return false;
		memset((void *)va, 0, PAGE_SIZE);
		table_mapped_to = from + GRANULE;
		table_bytes += PAGE_SIZE;
	}
	return true;
}

/* Free RAM from the cursor on. */
static void count_offline(void)
{
	uint64_t at = cursor, start, end, bytes = 0;

	while (memmap_next_free(map, &at, &start, &end))
		bytes += end - start;
	__atomic_store_n(&online_bytes_left, bytes, __ATOMIC_RELAXED);
}

/* Can RAM [*start, end) be used? Its direct map and frame table are there then. */
static bool prepare(uint64_t *start, uint64_t end)
{
	return direct_map_extend(*start, end) && extend_table(start, end);
}

static uint64_t piece_end(uint64_t start)
{
	return ALIGN_DOWN(start, PIECE) + PIECE;
}

bool online_next(void)
{
	uint64_t at = cursor, start, end;

	if (!memmap_next_free(map, &at, &start, &end))
		return false;
	end = MIN(end, piece_end(start));
	if (start >= prepared_to) {
		delay_point("online");
		prepared_to = end;
		if (!prepare(&start, end)) {
			online_note_unused((end - start) >> PAGE_SHIFT);
			start = end;
		}
	}
	end = MIN(end, start + CHUNK);
	if (start < end)
		frames_add(start >> PAGE_SHIFT, end >> PAGE_SHIFT);
	cursor = end;
	count_offline();
	return true;
}

/* The tables of the first piece are reserved out of the map: all are made before RAM is added. */
static void prepare_first(void)
{
	uint64_t at = 0, start, end;

	while (memmap_next_free(map, &at, &start, &end) && (!prepared_to || start < prepared_to)) {
		prepared_to = piece_end(start);
		if (!prepare(&start, MIN(end, prepared_to)))
			panic("no memory for the frame table");
	}
}

void online_init(struct memmap *the_map)
{
	map = the_map;
	booting = true;
	prepare_first();
	while (cursor < prepared_to && online_next())
		;
	booting = false;
	kmap_use_frames();
	online_at_least(BOOT_ONLINE >> PAGE_SHIFT);
}

bool online_at_least(uint64_t frames)
{
	while (frames_free_count() < frames) {
		if (!online_next())
			return false;
	}
	return true;
}

void online_check_free(void)
{
	if (unlikely(frames_free_count() < LOW_FRAMES) && !booting)
		this_cpu()->work |= CPU_WORK_ONLINE;
}

bool online_wanted(void)
{
	return frames_free_count() < HIGH_FRAMES && online_left();
}

void online_note_unused(uint64_t frames)
{
	unused_frames += frames;
	log_line("memory: %lu frames cannot be used", frames);
}

uint64_t online_offline_bytes(void)
{
	return __atomic_load_n(&online_bytes_left, __ATOMIC_RELAXED);
}

uint64_t online_table_bytes(void)
{
	return table_bytes;
}
