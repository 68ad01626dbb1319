// sources: kernel/mm/memmap.c kernel/mm/memmap_reserve.c kernel/mm/memmap_query.c
// sources: kernel/lib/fmt.c tests/host/memmap_model.c tests/host/host_panic.c
// measured: kernel/mm/memmap.c kernel/mm/memmap_reserve.c kernel/mm/memmap_query.c
/*
 * The case is a list of records: a byte, and five bytes or, for raw entries, sixteen. They are
 * entries of the firmware's map, single ones and rows of them, and calls that are done once the map
 * is built. All is checked by the model of the host test.
 */
#include <stdio.h>

#include "fuzz.h"
#include "host_panic.h"
#include "memmap_model.h"

#define CALLS_MAX 96
#define LONG_ROW  260  /* entries; one row is enough to fill every table */
#define FILLER	  1020 /* entries, all the same; with a few more it is too many */
#define ROW_LIMIT 100  /* behind that many entries there are only single ones: for speed */

struct call {
	unsigned int what; /* 0..15 */
	uint64_t a;	   /* bytes */
	uint64_t b;
};

static struct memmap map;
static struct memmap_model model;
static struct call calls[CALLS_MAX];
static unsigned int n_calls;

static void add(uint64_t base, uint64_t length, uint32_t type)
{
	if (model.n < MODEL_ENTRIES)
		model.entries[model.n++] = (struct memmap_entry){base, length, type};
}

/* One record of five bytes behind `kind`. */
static void read_record(uint8_t kind, const uint8_t *data)
{
	uint64_t a = (data[0] | data[1] << 8) * KIB(1);
	uint64_t b = (data[2] | data[3] << 8) * 256ULL;
	unsigned int count = 1;
	unsigned int i;

	if ((kind & 7) == 7) {
		if (n_calls < CALLS_MAX)
			calls[n_calls++] = (struct call){(kind >> 3) & 15, a, b};
		return;
	}
	if ((kind & 0x80) && model.n < ROW_LIMIT)
		count = data[4] == 0xff ? LONG_ROW : data[4] == 0xfe ? FILLER : data[4] / 32;
	for (i = 0; i < count; i++)
		add(a + (count == FILLER ? 0 : i * KIB(16)), b, kind & 7);
}

/* A raw entry: kind 9 or 10 and two numbers of eight bytes. */
static bool is_raw(uint8_t kind)
{
	return (kind & 15) == 8 + MEMMAP_USABLE || (kind & 15) == 8 + MEMMAP_RESERVED;
}

static void read_case(const uint8_t *data, size_t size)
{
	size_t at = 0;

	while (at < size && size - at >= (is_raw(data[at]) ? 17 : 6)) {
		uint64_t raw[2];

		if (is_raw(data[at])) {
			memcpy(raw, data + at + 1, sizeof(raw));
			add(raw[0], raw[1], data[at] & 7);
			at += 17;
		} else {
			read_record(data[at], data + at + 1);
			at += 6;
		}
	}
}

/* A reservation that must be refused. */
static void expect_panic(uint64_t start, uint64_t end)
{
	if (setjmp(host_panic_jump) == 0) {
		host_panic_expected = true;
		memmap_reserve(&map, start, end, "refused");
		abort();
	}
}

static void reserve(uint64_t start, uint64_t end)
{
	if (start > end || memmap_reserved_by(&map, start, end) ||
	    (start < end && map.n_reservations == MEMMAP_RESERVATIONS))
		expect_panic(start, end);
	else
		memmap_reserve(&map, start, end, "fuzz");
}

static void release(uint64_t which)
{
	struct memmap_reservation r = map.reservations[which % map.n_reservations];

	if (setjmp(host_panic_jump) == 0) {
		host_panic_expected = true;
		memmap_release(&map, r.start, r.end + 1);
		abort();
	}
	if (r.start > 0)
		memmap_release(&map, r.start, r.end);
}

static void run(const struct call *c)
{
	bool room = map.n_reservations < MEMMAP_RESERVATIONS;

	if (c->what < 8)
		reserve(c->a + c->what, c->what == 7 ? c->b : c->a + c->b);
	else if (c->what < 11 && room)
		(void)memmap_alloc(&map, c->b + 1, PAGE_SIZE << (c->what - 8),
				   c->a & KIB(1) ? c->a * 64 : UINT64_MAX);
	else if (c->what == 11 && room)
		(void)memmap_alloc_low(&map, c->b % KIB(640) + 1, "low");
	else if (c->what == 12)
		memmap_limit(&map, c->a);
	else if (c->what == 13)
		(void)memmap_type_name((enum memmap_type)(c->a >> 10));
	else if (map.n_reservations)
		release(c->a >> 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int i;

	model.n = 0;
	n_calls = 0;
	read_case(data, size);
	memmap_model_build(&map, &model, fuzz_tell, NULL);
	for (i = 0; i < n_calls; i++)
		run(&calls[i]);
	memmap_model_check(&map, &model);
	return 0;
}
