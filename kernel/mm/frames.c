#include "mm/frames.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/page_copy.h"
#include "core/panic.h"
#include "core/symbols.h"
#include "lib/upcall.h"
#include "mm/buddy_list.h"
#include "mm/failalloc.h"
#include "mm/online.h"
#include "mm/phys.h"
#include "mm/poison.h"
#include "mm/zones.h"

#define MAGAZINE_MAX 64
#define MAGAZINE_MIN 4UL

#define CALLER ((uintptr_t)__builtin_return_address(0))

struct magazine {
	uint32_t count;
	uint32_t capacity;
	uint32_t refill_order; /* of the block that fills it when empty: half its capacity */
	struct page *frames[MAGAZINE_MAX];
};

static DEFINE_PERCPU(struct magazine, magazine);

void frames_init_cpu(uint64_t ram_per_cpu)
{
	uint64_t share = ram_per_cpu / PAGE_SIZE / 64;

	struct magazine *m = PERCPU(magazine);

	m->capacity = (uint32_t)MAX(MIN(share, (uint64_t)MAGAZINE_MAX), MAGAZINE_MIN);
	m->refill_order = 0;
	while (2U << (m->refill_order + 1) <= m->capacity)
		m->refill_order++;
}

/* Put a frame into a magazine that has room. Who did that is told when it is freed again. */
static inline void put_in(struct magazine *m, struct page *page, uintptr_t caller)
{
	page->kind = PAGE_KIND(PAGE_MAGAZINE, 0);
	set_freed_by(page, caller);
	m->frames[m->count++] = page;
}

/*
 * Fill the empty magazine with one block, cut into single frames; each goes back to its zone alone
 * and merges there. With no such block left, with one frame.
 */
static __noinline bool refill(struct magazine *m, uintptr_t caller)
{
	unsigned int order = m->refill_order;
	struct page *block = zones_alloc(order, caller);

	if (!block) {
		order = 0;
		block = zones_alloc(0, caller);
	}
	online_check_watermark();
	if (!block) {
		zones_note_failure();
		return false;
	}
	for (; m->count < 1U << order; block++)
		put_in(m, block, caller);
	return true;
}

/* Give back all but `keep` frames. */
static __noinline void drain_to(struct magazine *m, uint32_t keep)
{
	zones_free(m->frames + keep, m->count - keep);
	m->count = keep;
}

/* From a magazine that is not empty. */
static inline struct page *take_kept(struct magazine *m, enum page_type type, uintptr_t caller)
{
	struct page *page = m->frames[--m->count];

	poison_check_frames(page, 0, caller);
	*page = (struct page){.type = (uint8_t)type};
	return page;
}

/* All that is not the short way: a call at its end, so that it needs no frame of its own. */
static __noinline struct page *take_slowly(struct magazine *m, enum page_type type,
					   uintptr_t caller)
{
	if (failalloc() || (!m->count && !refill(m, caller)))
		return NULL;
	return take_kept(m, type, caller);
}

static inline struct page *take(enum page_type type, uintptr_t caller)
{
	struct magazine *m = PERCPU(magazine);

	if (unlikely(failalloc_on || !m->count))
		return take_slowly(m, type, caller);
	return take_kept(m, type, caller);
}

struct page *frame_alloc(enum page_type type)
{
	return take(type, CALLER);
}

struct page *frame_alloc_zeroed(enum page_type type)
{
	struct page *page = take(type, CALLER);

	if (page)
		clear_page(page_to_virt(page));
	return page;
}

static __noreturn __noinline void refuse_free(const struct page *page, uintptr_t caller)
{
	panic("frame %lx freed in %s: type %u, order %u, freed before in %s", page_to_pfn(page),
	      symbol_function(caller), page->type, page->order, symbol_function(freed_by(page)));
}

static inline void keep(struct magazine *m, struct page *page, uintptr_t caller)
{
	poison_frames(page, 0);
	put_in(m, page, caller);
}

static __noinline void make_room_and_keep(struct magazine *m, struct page *page, uintptr_t caller)
{
	drain_to(m, m->capacity / 2);
	keep(m, page, caller);
}

static inline void check_used(const struct page *page, uintptr_t caller)
{
	if (unlikely(!page_is_used(page) || page->order != 0))
		refuse_free(page, caller);
}

void frame_free(struct page *page)
{
	struct magazine *m = PERCPU(magazine);

	check_used(page, CALLER);
	if (unlikely(m->count >= m->capacity))
		make_room_and_keep(m, page, CALLER);
	else
		keep(m, page, CALLER);
}

bool frames_keep(struct page *first, uint64_t n)
{
	struct magazine *m = PERCPU(magazine);

	/* A quarter stays free: single frames that find it full are dear. */
	if (m->count + n > m->capacity - m->capacity / 4)
		return false;
	for (struct page *page = first; page < first + n; page++) {
		check_used(page, CALLER);
		keep(m, page, CALLER);
	}
	return true;
}

void frame_put_unusual(struct page *page)
{
	/* frame_free() looks whether the frame was in use. */
	if (likely(page_refs(page) == 0) || page_put_unusual(page))
		frame_free(page);
}

void frames_drain(void)
{
	drain_to(PERCPU(magazine), 0);
}

struct page *frames_in_magazine(uint32_t cpu, uint32_t i)
{
	const struct magazine *m = PERCPU_OF(cpu, magazine);

	return i < m->count ? m->frames[i] : NULL;
}
