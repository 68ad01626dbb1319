// cflags: -iquote tests/host/model_ram -iquote tests/host/model_cpu
/* See umap_model.h. */
#include "umap_model.h"

#include <string.h>

#include "mm/phys.h"
#include "mm/umap_move.h"
#include "mm/umap_walk.h"
#include "umap_merging.h"
#include "umap_ram.h"
#include "umap_spaces.h"

struct model_space umap_spaces[UMAP_SPACES];

/* The first page of the model at or above `va`. */
static unsigned page_above(uint64_t va)
{
	unsigned page = 0;

	while (page < PAGES && va_of(page / LARGE_PAGES * LARGE_PAGES) + LARGE_SIZE <= va)
		page += LARGE_PAGES;
	return page < PAGES && va > va_of(page) ? page + (unsigned)((va - va_of(page)) / PAGE_SIZE)
						: page;
}

/* Where a range that ends before `page` ends. */
static uint64_t end_of(unsigned page)
{
	return va_of(page - 1) + PAGE_SIZE;
}

static void split_unit(struct model_space *m, unsigned page)
{
	if (page < PAGES && page % LARGE_PAGES)
		m->large[page / LARGE_PAGES] = false;
}

/* Split what lies across the edges; false without memory, with what is split noted. */
static bool split_edges(struct model_space *m, unsigned page, unsigned end)
{
	uint64_t before = m->space.large;
	bool done = umap_split_edges(&m->space, va_of(page), end_of(end)) == 0;

	if (done || m->space.large != before)
		split_unit(m, page);
	if (done)
		split_unit(m, end);
	return done;
}

static void map_page(struct model_space *m, unsigned page, pte_t flags)
{
	int level = 1;
	pte_t *entry = umap_make(&m->space, va_of(page), &level);
	struct page *frame;

	if (!entry)
		return;
	CHECK((level == 2) == m->large[page / LARGE_PAGES]);
	CHECK(!*entry == !m->pages[page]);
	frame = *entry ? NULL : frame_alloc(PAGE_ANON);
	if (frame) {
		m->pages[page] = page_to_paddr(frame).raw | flags;
		umap_set(&m->space, entry, m->pages[page]);
	} else if (!*entry) {
		unsigned budget = 1000;
		uint64_t va = va_of(page);
		struct tlb_batch batch;

		tlb_batch_init(&batch, &m->space);
		umap_clear(&m->space, &va, va + PAGE_SIZE, &budget, &batch);
		tlb_batch_finish(&batch);
	}
}

static void map_large(struct model_space *m, unsigned unit, pte_t flags)
{
	int level = 2;
	struct page *head;
	pte_t *entry;
	bool empty = true;

	for (unsigned i = 0; i < LARGE_PAGES; i++)
		empty = empty && !m->pages[unit * LARGE_PAGES + i];
	CHECK(umap_is_free(&m->space, umap_bases[unit]) == empty);
	head = empty ? large_alloc() : NULL;
	if (!head)
		return;
	entry = umap_make(&m->space, umap_bases[unit], &level);
	if (!entry) {
		large_put(head);
		return;
	}
	CHECK(level == 2 && !*entry);
	umap_set(&m->space, entry, page_to_paddr(head).raw | flags | PTE_LARGE);
	m->large[unit] = true;
	for (unsigned i = 0; i < LARGE_PAGES; i++)
		m->pages[unit * LARGE_PAGES + i] = single(*entry, i);
}

/* Forget the pages from `page` to below `end`. */
static void forget(struct model_space *m, unsigned page, unsigned end)
{
	for (; page < end; page++) {
		m->pages[page] = 0;
		m->large[page / LARGE_PAGES] = false;
	}
}

static void clear(struct model_space *m, unsigned page, unsigned end, unsigned chunk, bool dead)
{
	uint64_t va = va_of(page);
	struct tlb_batch batch;

	if (!split_edges(m, page, end))
		return;
	if (dead) {
		umap_tlb_expel(m);
		tlb_batch_init_dead(&batch, &m->space);
	} else {
		tlb_batch_init(&batch, &m->space);
	}
	for (unsigned rounds = 0; va < end_of(end); rounds++) {
		unsigned budget = chunk + LARGE_COST_MAX;

		CHECK(rounds < 100000);
		umap_clear(&m->space, &va, end_of(end), &budget, &batch);
	}
	tlb_batch_finish(&batch);
	forget(m, page, end);
}

/* Hide an entry or show it again, or change the right to write. */
static void change_entry(pte_t *entry, bool hide)
{
	if (*entry & PTE_PRESENT)
		*entry = hide ? pte_hide(*entry) : *entry ^ PTE_WRITE;
	else
		*entry = (*entry ^ PTE_ADDRESS) | PTE_PRESENT;
}

/* Change all entries of a range: the right to write, or whether they map at all. */
static void protect(struct model_space *m, unsigned page, unsigned end, unsigned chunk, bool hide)
{
	uint64_t va = va_of(page);
	unsigned seen = page;
	struct tlb_batch batch;

	if (!split_edges(m, page, end))
		return;
	tlb_batch_init(&batch, &m->space);
	while (va < end_of(end)) {
		unsigned budget = chunk + 1;
		pte_t *entry = umap_next(&m->space, va, end_of(end), &va, &budget);
		unsigned at = page_above(va), count;

		for (; seen < at && seen < end; seen++)
			CHECK(!m->pages[seen]);
		if (!entry)
			continue;
		CHECK(m->pages[at] &&
		      (umap_size(*entry) == LARGE_SIZE) == m->large[at / LARGE_PAGES]);
		change_entry(entry, hide);
		tlb_batch_page(&batch, va);
		count = (unsigned)(umap_size(*entry) / PAGE_SIZE);
		for (unsigned i = 0; i < count; i++)
			m->pages[at + i] = single(*entry, i);
		va += umap_size(*entry);
		seen = at + count;
	}
	tlb_batch_finish(&batch);
}

/* Make what the move of pages needs, or give that back; false without memory. */
static bool prepare_move(struct model_space *m, uint64_t start, uint64_t end, uint64_t offset,
			 unsigned chunk)
{
	uint64_t va = start, to = start + offset;
	unsigned budget = UINT32_MAX;
	struct tlb_batch batch;
	int error = 0;

	while (va < end && !error) {
		unsigned units = chunk;

		error = umap_move_prepare(&m->space, &va, end, offset, &units);
	}
	if (!error)
		return true;
	tlb_batch_init(&batch, &m->space);
	umap_clear(&m->space, &to, end + offset, &budget, &batch);
	tlb_batch_finish(&batch);
	return false;
}

/* Move the pages from `page` on to `to` on, which are in other units and unused. */
static void move(struct model_space *m, unsigned page, unsigned to, unsigned n, unsigned chunk)
{
	uint64_t start = va_of(page), end = start + n * PAGE_SIZE, offset = va_of(to) - start;
	uint64_t large = m->space.large;
	bool done;

	for (unsigned i = 0; i < n; i++) {
		if (m->pages[to + i])
			return;
	}
	if (!split_edges(m, page, page + n))
		return;
	done = prepare_move(m, start, end, offset, chunk);
	if (m->space.large != large)
		m->large[page / LARGE_PAGES] = false;
	for (uint64_t va = start; done && va < end;) {
		unsigned units = chunk;

		umap_move(&m->space, &va, end, offset, &units);
	}
	for (unsigned i = 0; done && i < n; i++) {
		m->pages[to + i] = m->pages[page + i];
		m->pages[page + i] = 0;
	}
}

/* As much as there is room for in both units. */
static void move_some(struct model_space *m, unsigned page, unsigned n, unsigned to, unsigned chunk)
{
	unsigned room = LARGE_PAGES - MAX(page % LARGE_PAGES, to % LARGE_PAGES);

	if (page / LARGE_PAGES != to / LARGE_PAGES)
		move(m, page, to, MIN(n, room), chunk);
}

static void copy(struct model_space *from, struct model_space *to, unsigned chunk)
{
	uint64_t va = umap_bases[0], end = end_of(PAGES);
	struct tlb_batch batch;
	sysret_t error = 0;
	unsigned done;

	clear(to, 0, PAGES, 1000, false);
	tlb_batch_init(&batch, &from->space);
	while (va < end && !error) {
		unsigned budget = chunk + 1 + UMAP_PATH_COST;

		error = umap_copy(&from->space, &to->space, &va, end, &budget, &batch);
	}
	tlb_batch_finish(&batch);
	done = page_above(va);
	for (unsigned page = 0; page < done; page++) {
		from->pages[page] &= ~PTE_WRITE;
		to->pages[page] = from->pages[page];
		to->large[page / LARGE_PAGES] = from->large[page / LARGE_PAGES];
	}
}

static void split(struct model_space *m, unsigned page)
{
	if (umap_split(&m->space, va_of(page)) == 0)
		m->large[page / LARGE_PAGES] = false;
}

/* Split a unit, and give all of it the right to write, or none; it may be one block again. */
static void split_and_merge(struct model_space *m, unsigned page, bool write)
{
	split(m, page);
	umap_merging_protect(m, page / LARGE_PAGES, write);
	umap_merging_step(m, page / LARGE_PAGES);
}

static void find(struct model_space *m, unsigned page)
{
	pte_t *entry = umap_find(&m->space, va_of(page));
	bool large = m->large[page / LARGE_PAGES];

	CHECK(!entry == !m->pages[page]);
	CHECK(!entry || single(*entry, large ? page % LARGE_PAGES : 0) == m->pages[page]);
}

/* What the CPUs reach of a range: its edges, and some other page. */
static void reach(struct model_space *m, unsigned page, unsigned end, unsigned other)
{
	const unsigned at[] = {page, (page + end) / 2, end - 1, other};

	for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
		umap_tlb_walk(m, at[i]);
		umap_tlb_check(m, at[i]);
	}
}

void umap_model_step(uint64_t word)
{
	static const unsigned lengths[] = {1,  1,   1,	 2,   3,   5,	 8,	16,
					   40, 100, 511, 512, 513, 1024, PAGES, 4};
	struct model_space *m = &umap_spaces[word % UMAP_SPACES];
	struct model_space *other = &umap_spaces[(word % UMAP_SPACES + 1) % UMAP_SPACES];
	unsigned kind = word >> 8 & 0xff, page = (unsigned)(word >> 16 & 0xffff) % PAGES;
	unsigned end = MIN(page + lengths[word >> 32 & 15], (unsigned)PAGES);
	unsigned chunk = 1 + (word >> 40 & 0xff);
	pte_t flags = PTE_PRESENT | PTE_USER | (word >> 48 & 1 ? PTE_WRITE : 0) |
		      (word >> 49 & 1 ? PTE_NX : 0);

	reach(m, page, end, (unsigned)(word >> 45 & 0xffff) % PAGES);
	fail_in = (word >> 52 & 0xf) == 0 ? word >> 56 & 7 : 0;
	if (kind < 130)
		map_page(m, page, flags);
	else if (kind < 138)
		map_large(m, page / LARGE_PAGES, flags);
	else if (kind < 180)
		clear(m, page, end, chunk, false);
	else if (kind < 210)
		protect(m, page, end, chunk, word >> 50 & 1);
	else if (kind < 215)
		split(m, page);
	else if (kind < 216)
		copy(m, other, chunk);
	else if (kind < 217)
		clear(m, 0, PAGES, chunk, true);
	else if (kind < 222)
		move_some(m, page, end - page, (unsigned)(word >> 38 & 0xffff) % PAGES, chunk);
	else if (kind < 227)
		umap_merging_step(m, page / LARGE_PAGES);
	else if (kind < 231)
		split_and_merge(m, page, word >> 48 & 1);
	else
		find(m, page);
	fail_in = 0;
	reach(m, page, end, (unsigned)(word >> 29 & 0xffff) % PAGES);
}

/* --- the check --- */

static uint32_t mapped[FRAMES];	      /* by entries for single pages, of all spaces */
static uint32_t mapped_large[FRAMES]; /* as the head of a large page */

/* The used entry of the table below `entry`, of `level`, and all below; counts what it passes. */
static void walk(struct model_space *m, paddr_t table, int level, uint64_t va, uint64_t *counts)
{
	const pte_t *entries = phys_to_virt(table);
	uint64_t used = 0;

	counts[0]++;
	for (unsigned i = 0; i < (level == PT_LEVELS ? PT_ENTRIES / 2 : PT_ENTRIES); i++) {
		uint64_t at = va + i * level_size(level);
		unsigned page;

		if (!entries[i])
			continue;
		used++;
		if (level > 2 || (level == 2 && !(entries[i] & PTE_LARGE))) {
			walk(m, pte_address(entries[i]), level - 1, at, counts);
			continue;
		}
		page = page_above(at);
		CHECK(page < PAGES && va_of(page) == at &&
		      m->large[page / LARGE_PAGES] == (level == 2));
		CHECK(single(entries[i], 0) == m->pages[page]);
		counts[1] += level == 2 ? LARGE_PAGES : 1;
		counts[2] += level == 2;
		(level == 2 ? mapped_large : mapped)[paddr_to_pfn(pte_frame(entries[i]))]++;
	}
	CHECK(used == paddr_to_page(table)->word && (used || level == PT_LEVELS));
}

/* Frame by frame: the references, and whether it is in use at all. */
static void check_frames(uint64_t tables)
{
	uint64_t in_use = tables;

	for (unsigned i = 0; i < FRAMES; i++) {
		unsigned head = ALIGN_DOWN(i, (unsigned)LARGE_PAGES);
		bool whole = frame_table[head].type == PAGE_ANON &&
			     frame_table[head].order == LARGE_ORDER;
		uint32_t refs = mapped[i] + (whole ? 0 : mapped_large[head]);

		if (whole) {
			CHECK(!mapped[i] && page_refs(&frame_table[head]) == mapped_large[head]);
			in_use++;
		} else if (refs) {
			CHECK(frame_table[i].type == PAGE_ANON &&
			      page_refs(&frame_table[i]) == refs);
			in_use++;
		}
	}
	CHECK(zone.frames - zone.free_frames == in_use);
}

void umap_model_check(void)
{
	uint64_t tables = 0;

	memset(mapped, 0, sizeof(mapped));
	memset(mapped_large, 0, sizeof(mapped_large));
	for (struct model_space *m = umap_spaces; m < umap_spaces + UMAP_SPACES; m++) {
		uint64_t counts[3] = {0}, pages = 0;

		walk(m, m->space.root, PT_LEVELS, 0, counts);
		for (unsigned i = 0; i < PAGES; i++) {
			pages += m->pages[i] != 0;
			umap_tlb_check(m, i);
		}
		CHECK(counts[0] == m->space.tables && counts[2] == m->space.large);
		CHECK(counts[1] == m->space.resident && counts[1] == pages);
		tables += counts[0];
	}
	check_frames(tables);
}

void umap_model_reset(void)
{
	memset(umap_spaces, 0, sizeof(umap_spaces));
	umap_ram_reset();
	for (struct model_space *m = umap_spaces; m < umap_spaces + UMAP_SPACES; m++) {
		m->space.root = page_to_paddr(frame_alloc_zeroed(PAGE_TABLE));
		m->space.tables = 1;
	}
}

void umap_model_finish(void)
{
	for (unsigned i = 0; i < UMAP_SPACES; i++)
		clear(&umap_spaces[i], 0, PAGES, 64, i == 0);
	umap_model_check();
	CHECK(zone.frames - zone.free_frames == UMAP_SPACES);
}
