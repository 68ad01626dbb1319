/*
 * The memory map: what the firmware said of physical memory, made safe, and the one table of
 * reservations (docs/memory.md).
 *
 * The firmware's map is untrusted: unsorted, overlapping, unaligned, empty, wrapping. Where entries
 * overlap, the one that promises less wins. What does not fit in the fixed tables makes RAM unused,
 * never something reserved usable. All addresses are physical, in bytes; ranges exclude their end.
 *
 * Pure code, used by the boot CPU alone until RAM is online; it needs no lock before that.
 */
#pragma once

#include "lib/addr.h"
#include "lib/base.h"
#include "lib/tell.h"

#define MEMMAP_PHYS_END	    (1UL << 52) /* physical addresses have at most 52 bits (SDM 3A 4.1.4) */
#define MEMMAP_RANGES	    256
#define MEMMAP_RESERVATIONS 64
#define MEMMAP_ENTRIES	    1024 /* usable entries behind that many entries are ignored */

/* The numbers are multiboot2's (MB2 3.6.8); every other one means reserved. */
enum memmap_type {
	MEMMAP_USABLE = 1,
	MEMMAP_RESERVED = 2,
	MEMMAP_ACPI_RECLAIM = 3,
	MEMMAP_ACPI_NVS = 4,
	MEMMAP_BAD = 5
};

/* RAM: belongs into the direct map. */
static inline bool memmap_is_ram(enum memmap_type type)
{
	return type == MEMMAP_USABLE || type == MEMMAP_ACPI_RECLAIM;
}

/* One entry as the firmware gave it. */
struct memmap_entry {
	uint64_t base;
	uint64_t length;
	uint32_t type;
};

/*
 * Where entries come from: `get` fills in entry `index` and returns true, or false past the last.
 * It is called several times for each index and must answer the same.
 */
struct memmap_source {
	bool (*get)(void *ctx, uint32_t index, struct memmap_entry *entry);
	void *ctx;
};

struct memmap_range {
	uint64_t start;
	uint64_t end;
	enum memmap_type type;
};

struct memmap_reservation {
	uint64_t start;
	uint64_t end;
	const char *name;
};

struct memmap {
	uint32_t n_ranges;
	uint32_t n_reservations;
	uint64_t beyond;  /* bytes of RAM above the direct map's reach, ignored */
	uint64_t limited; /* bytes of RAM cut off by memmap_limit */
	uint64_t lost;	  /* bytes of RAM for which the tables had no room */
	tell_fn tell;
	void *tell_ctx;
	struct memmap_range ranges[MEMMAP_RANGES]; /* sorted, disjoint, whole pages */
	struct memmap_reservation reservations[MEMMAP_RESERVATIONS]; /* sorted, disjoint */
};

/* For the log, in bytes. */
struct memmap_totals {
	uint64_t total;	   /* RAM that the firmware called usable, whole pages */
	uint64_t usable;   /* of that, what is neither ignored, limited, lost nor reserved */
	uint64_t reserved; /* of that, whole pages under reservations */
};

/*
 * Make `map` from the firmware's entries. Frame 0 becomes the first reservation, "frame 0". Never
 * fails: a map that holds nothing usable gives one without usable ranges. `tell` may be NULL.
 */
void memmap_build(struct memmap *map, const struct memmap_source *source, tell_fn tell,
		  void *tell_ctx);

/* Leave all RAM from address `limit` on unused (the word mem=). Before the first reservation. */
void memmap_limit(struct memmap *map, uint64_t limit);

/*
 * Reserve [start, end) under `name`, which must stay valid; any bytes, RAM or not. Panics, naming
 * both, when a byte of it is reserved already, and when the table is full. Empty: does nothing.
 */
void memmap_reserve(struct memmap *map, uint64_t start, uint64_t end, const char *name);

/* Undo the memmap_reserve of exactly [start, end); panics when there was none. */
void memmap_release(struct memmap *map, uint64_t start, uint64_t end);

/* The name of a reservation that holds a byte of [start, end), or NULL. */
const char *memmap_reserved_by(const struct memmap *map, uint64_t start, uint64_t end);

/*
 * Take `size` bytes (made whole pages) of RAM for the kernel's own tables before the allocators
 * exist: the lowest free place that is aligned to `align` (a power of two), at or above 1 MiB and
 * whole below `below`. It joins the reservation "boot tables" where it touches one. Address 0 when
 * there is no room. The memory is not cleared.
 */
#define MEMMAP_BOOT_TABLES "boot tables"
paddr_t memmap_alloc(struct memmap *map, uint64_t size, uint64_t align, uint64_t below);

/*
 * Reserve `size` bytes (made whole pages) under `name` at the highest free place below 640 KiB,
 * for code that runs in real mode. Address 0 when there is no room.
 */
paddr_t memmap_alloc_low(struct memmap *map, uint64_t size, const char *name);

/*
 * The iterators. Each finds the first range that ends above *cursor, cut off below *cursor, puts it
 * into *start and *end, advances *cursor to its end and returns true; false when there is none.
 * Begin with *cursor = 0. Reservations may be added in between. Ranges are whole pages, ascending.
 *   usable: RAM, reserved or not;
 *   ram:    that and RAM that holds ACPI tables, joined where they touch: for the direct map;
 *   free:   RAM that is not reserved: for the allocators.
 */
bool memmap_next_usable(const struct memmap *map, uint64_t *cursor, uint64_t *start, uint64_t *end);
bool memmap_next_ram(const struct memmap *map, uint64_t *cursor, uint64_t *start, uint64_t *end);
bool memmap_next_free(const struct memmap *map, uint64_t *cursor, uint64_t *start, uint64_t *end);

/* Index of the first range that ends above `addr`; n_ranges when there is none. */
uint32_t memmap_range_above(const struct memmap *map, uint64_t addr);

/* The end of the highest usable or ACPI-reclaim range; 0 when there is none. */
uint64_t memmap_ram_end(const struct memmap *map);

/* Whether a byte of [start, end) is RAM, usable or ACPI-reclaim: such is never mapped as MMIO. */
bool memmap_overlaps_ram(const struct memmap *map, uint64_t start, uint64_t end);

/* Add up the figures for the log. */
void memmap_totals(const struct memmap *map, struct memmap_totals *totals);

/* "usable", "reserved", ...: for the log. */
const char *memmap_type_name(enum memmap_type type);
