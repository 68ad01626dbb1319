/*
 * The frame table: 16 bytes for every 4 KiB frame of RAM (docs/memory.md).
 *
 * The table is one array indexed by frame number, mapped only where RAM is: a struct page may be
 * touched only when its frame lies in RAM that is online. A block of 2^order frames is described
 * by its first entry, the head; of the entries behind it, the tails, only `type` means something,
 * and it is 0. So zeroed entries are right for frames that nobody has claimed, and a section of RAM
 * comes online by zeroing its entries and writing the heads of its blocks.
 */
#pragma once

#include "arch/x86_64/layout.h"
#include "lib/addr.h"
#include "lib/base.h"
#include "lib/upcall.h"

/* What a frame is used for. Those from PAGE_KERNEL on are in use. */
enum page_type {
	PAGE_OFFLINE = 0,	  /* not (yet) given to an allocator */
	PAGE_TAIL = PAGE_OFFLINE, /* inside a block: look at the block's head */
	PAGE_FREE,		  /* head of a free block of the buddy allocator */
	PAGE_MAGAZINE,		  /* free, kept back in a CPU's magazine */
	PAGE_KERNEL,		  /* in use, nothing more said; what buddy_alloc returns */
	PAGE_TABLE,		  /* a page table */
	PAGE_SLAB,		  /* objects of a slab cache */
	PAGE_ANON,		  /* a process's anonymous memory */
	PAGE_OBJECT,		  /* contents of a file or shared object */
	PAGE_RESERVED,		  /* RAM that is never freed: image, boot tables, ... */
	PAGE_TYPES
};

/*
 * One frame, or the head of a block of them. While the block is free the fields hold its list
 * links, as frame numbers of up to 40 bits, and the caller that freed it: mm/buddy.c alone may
 * read those.
 */
struct page {
	int32_t more_refs; /* beyond the first; while free: who freed it (mm/buddy.c) */
	union {
		struct {
			uint8_t type;  /* enum page_type */
			uint8_t order; /* heads: the block is 2^order frames */
		};
		uint16_t kind; /* both, as PAGE_KIND() has them */
	};
	union {
		uint16_t flags; /* the owner's */
		struct {
			uint8_t next_high;
			uint8_t prev_high;
		};
	};
	union {
		uint64_t word; /* the owner's; after buddy_alloc the address that called it */
		struct {
			uint32_t next_low;
			uint32_t prev_low;
		};
	};
};
_Static_assert(sizeof(struct page) == 16, "a frame table entry is 16 bytes");
_Static_assert(FRAME_TABLE_BASE % (sizeof(struct page) << 18) == 0,
	       "the entries of a block of 1 GiB are aligned to their size (mm/buddy.c)");

#define PAGE_KIND(type, order) ((uint16_t)((type) | (order) << 8))

#if __STDC_HOSTED__ /* not the kernel, which is freestanding: a host test */
/* Defined by the test: entry 0 is frame 0, aligned as mm/buddy.c wants it. */
extern struct page *frame_table;
#else
#define frame_table ((struct page *)FRAME_TABLE_BASE)
#endif

/* The entry of frame `pfn`; computes the address only, so `pfn` need not be RAM. */
static inline struct page *pfn_to_page(pfn_t pfn)
{
	return (struct page *)((uintptr_t)frame_table + pfn * sizeof(struct page));
}

/* The frame whose entry `page` is. */
static inline pfn_t page_to_pfn(const struct page *page)
{
	return ((uintptr_t)page - (uintptr_t)frame_table) / sizeof(struct page);
}

/* The physical address of the frame whose entry `page` is; by one shift, on the way of faults. */
static inline paddr_t page_to_paddr(const struct page *page)
{
	return PADDR(((uintptr_t)page - (uintptr_t)frame_table) *
		     (PAGE_SIZE / sizeof(struct page)));
}

/* The entry of the frame that holds the byte at `pa`. */
static inline struct page *paddr_to_page(paddr_t pa)
{
	return pfn_to_page(paddr_to_pfn(pa));
}

/*
 * Reference counts. The field counts the references beyond the first, so that it is negative for
 * all that is not usual, and one test of its sign is the whole check: the last reference was given
 * back; the frame is free, and the field says who freed it, an address of the kernel, whose lower
 * half is negative; or there are 2^31 references. Then the count is stuck at PAGE_REF_STUCK and the
 * frame is never freed: a leak is told by the census, a count that wrapped would be a frame with
 * two owners. The room around that value is larger than the number of CPUs, so that counts in
 * flight on all of them cannot leave it.
 */
#define PAGE_REF_STUCK	   (INT32_MIN / 2)
#define PAGE_REF_STUCK_END (INT32_MIN / 4)

/* The count became negative: page_get() and page_put() end here. */
void page_get_unusual(struct page *page);
__must_check bool page_put_unusual(struct page *page);

/* Take one more reference to a frame that has one. Needs no lock; panics when it is free. */
static inline void page_get(struct page *page)
{
	if (unlikely(__atomic_add_fetch(&page->more_refs, 1, __ATOMIC_RELAXED) < 0))
		page_get_unusual(page);
}

/* One reference less; true: that was not a usual one. */
static inline __must_check bool page_unref(struct page *page)
{
	return unlikely(__atomic_sub_fetch(&page->more_refs, 1, __ATOMIC_ACQ_REL) < 0);
}

/* The references now; another CPU may change them at once. */
static inline uint32_t page_refs(const struct page *page)
{
	return (uint32_t)__atomic_load_n(&page->more_refs, __ATOMIC_RELAXED) + 1;
}

/* Is the frame in use, so that it may be freed? */
static inline bool page_is_used(const struct page *page)
{
	return page->type >= PAGE_KERNEL;
}

/*
 * Give a reference back. True when it was the last: the caller then frees the frame. Needs no lock;
 * panics when there was none. Release/acquire: what others did to the frame before their page_put
 * is seen by the one that frees it.
 */
static inline __must_check bool page_put(struct page *page)
{
	return page_unref(page) &&
	       (likely(page_refs(page) == 0 && page_is_used(page)) || page_put_unusual(page));
}
