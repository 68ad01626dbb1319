/*
 * Address spaces: the user half of a process's memory. A tree of vmas says what should be there;
 * the page tables are filled from it on demand. The upper half of the PML4 links the master's
 * tables.
 */
#pragma once

#include "abi/errno.h"
#include "arch/x86_64/layout.h"
#include "core/claim.h"
#include "core/lock.h"
#include "core/sysret.h"
#include "lib/addr.h"
#include "lib/bitmap.h"
#include "lib/list.h"
#include "mm/limits.h"
#include "mm/vma.h"

struct page;

#define CPU_WORDS BITMAP_WORDS(CPU_MAX)

/* Mappings without a place go from here up. */
#define MMAP_LOWEST KIB(64)

struct space {
	struct lock lock;
	paddr_t root;		    /* the PML4; constant */
	struct vma_tree vmas;	    /* [lock] */
	struct claim claim;	    /* held across chunks of fork, munmap, exec, exit */
	uint64_t live[CPU_WORDS];   /* atomic: CPUs whose CR3 may hold root */
	uint64_t serial;	    /* of all spaces that there have been; constant */
	uint64_t generation;	    /* atomic: counts changes that need a flush; from 1 */
	uint32_t users;		    /* atomic: processes that use it */
	uint64_t brk_start, brk;    /* [lock] */
	uint64_t mmap_top;	    /* mappings without a hint go below; set by exec */
	bool lazy;		    /* [lock] some pages may go when memory is short: MADV_FREE */
	uint32_t new_flags;	    /* [lock] VMA_ flags of every new mapping: mlockall */
	struct space_limits limits; /* written whole words at a time by prlimit64 */
	uint64_t clear_cursor;	    /* [lock] how far space_clear_chunk() has come */
	uint64_t resident;	    /* [lock] frames mapped, */
	uint64_t peak;		    /* [lock] and the most that were before some were unmapped */
	uint64_t large;		    /* [lock] large pages mapped */
	uint64_t tables;	    /* [lock] page tables, PML4 included */
	struct list link;	    /* [spaces_lock] */
};

/* What an access wanted: the bits of a page fault's error code that say it (SDM 3A 4.7). */
#define ACCESS_READ  0x00
#define ACCESS_WRITE 0x02
#define ACCESS_EXEC  0x10
#define ACCESS_OWN   0x200 /* no access: the page is to be this space's alone, for exec to fill */
#define ACCESS_LARGE 0x100 /* not a bit of the CPU's: the caller can bring a large page */

/* What the access wanted that ended in a page fault with that error code. */
static inline unsigned fault_access(uint64_t error)
{
	return (unsigned)error & (ACCESS_WRITE | ACCESS_EXEC);
}

/* Results of space_fault(). */
enum fault_result {
	FAULT_OK,	 /* mapped: try the access again */
	FAULT_NO_VMA,	 /* nothing there: SIGSEGV, SEGV_MAPERR */
	FAULT_ACCESS,	 /* not allowed there: SIGSEGV, SEGV_ACCERR */
	FAULT_BUS,	 /* behind the end of the object: SIGBUS */
	FAULT_NO_MEMORY, /* no frame: wait for one, or end the process */
	FAULT_LARGE	 /* a large page fits: clear one for space_map_large(), or ask without */
};

/* Make the page of zeros that is mapped where memory is read before it is written. From
 * space_init().
 */
void fault_init(void);

/* Make the caches. At boot, after the frame allocator. */
void space_init(void);

/* An empty space with one user, its upper half linked to the master's; NULL without memory. */
struct space *space_create(void);

/* One more user; one less. The last one must have emptied it by space_clear_chunk(). */
void space_get(struct space *space);
bool space_put(struct space *space) __must_check; /* true: that was the last user */

/* Free an emptied space without users. Takes RANK_ZONE. */
void space_destroy(struct space *space);

/*
 * Make `space` the one whose user half this CPU uses: a load of CR3, if that does not hold it, and
 * checked (cr3.h). NULL: none is used from here on, and what CR3 holds may stay (tlb_cpu.h).
 */
void space_switch(struct space *space);

/*
 * Make the page at `va` accessible for `access` (ACCESS_*), as its vma says: demand zero, contents
 * of an object, copy on write, stack growth. Takes RANK_SPACE.
 */
enum fault_result space_fault(struct space *space, uint64_t va, unsigned access);

/*
 * Map `block` (large.h), which is zero, around `va`. False when it does not fit there any more, or
 * a table could not be made: the block stays the caller's. Takes RANK_SPACE.
 */
__must_check bool space_map_large(struct space *space, uint64_t va, struct page *block);

/* The most frames that were mapped at a time. [lock] */
static inline uint64_t space_peak(const struct space *space)
{
	return MAX(space->peak, space->resident);
}

/* So many frames are unmapped. [lock] */
static inline void space_unmapped(struct space *space, uint64_t frames)
{
	space->peak = space_peak(space);
	space->resident -= frames;
}

/* Is `size` bytes more than `pages` within `limit` bytes? */
static inline bool space_is_within(uint64_t pages, uint64_t size, uint64_t limit)
{
	return pages + (size >> PAGE_SHIFT) <= limit >> PAGE_SHIFT;
}

/* May `size` bytes of what is mapped already become data (vma_is_data)? [lock] */
static inline bool space_may_have_data(const struct space *space, uint64_t size)
{
	return space_is_within(space->vmas.data, size, space->limits.data);
}

/* May `size` bytes more be locked? [lock] */
static inline bool space_may_lock(const struct space *space, uint64_t size)
{
	return space_is_within(space->vmas.locked, size, space->limits.locked);
}

/* 0 if `size` bytes more may be mapped with that protection and VMA_ flags; Linux's errno. [lock]
 */
static inline int space_may_map(const struct space *space, uint64_t size, uint32_t prot,
				uint32_t flags)
{
	if (!space_is_within(space->vmas.pages, size, space->limits.address_space) ||
	    (vma_is_data(prot, flags) && !space_may_have_data(space, size)))
		return -ENOMEM;
	return (flags & VMA_LOCKED) && !space_may_lock(space, size) ? -EAGAIN : 0;
}

/*
 * Grow the stack `vma`, if it is one, down to `start`, below it, as the limits allow. [lock]
 */
__must_check bool space_grow_stack(struct space *space, struct vma *vma, uint64_t start);

/*
 * The calls on memory, Linux's semantics and errors. Those that may need many pages work in chunks
 * under the space's claim: *cursor starts at 0, SYS_AGAIN asks to be called again with the same
 * arguments. Each takes RANK_SPACE and below.
 */
/*
 * Addresses and sizes are of whole pages, the range lies in the user half, and the size is not 0.
 * With MAP_FIXED the range must be free already: the caller unmaps it first, by space_munmap().
 * The object's reference stays the caller's; mappings take their own.
 */
sysret_t space_mmap(struct space *space, uint64_t addr, uint64_t size, int prot, int flags,
		    struct vm_object *object, uint64_t offset);
sysret_t space_munmap(struct space *space, uint64_t addr, uint64_t size, uint64_t *cursor);
sysret_t space_mprotect(struct space *space, uint64_t addr, uint64_t length, int prot,
			uint64_t *cursor);
sysret_t space_madvise(struct space *space, uint64_t addr, uint64_t size, int advice,
		       uint64_t *cursor);

/*
 * Give what is mapped in the range these of VMA_LOCKED and VMA_ON_FAULT. -ENOMEM: the limit, no
 * memory, or a hole, in front of which all is done. Pages are made by space_populate().
 */
sysret_t space_mlock(struct space *space, uint64_t addr, uint64_t size, uint32_t flags,
		     uint64_t *cursor);

/* The same for all that is mapped, if `current`; new mappings get `new_flags`. */
sysret_t space_mlockall(struct space *space, uint32_t flags, uint32_t new_flags, bool current,
			uint64_t *cursor);

/*
 * Whether pages are in memory: there[i] is 1 or 0 for the page of `i` pages above `addr`. The
 * number that could be told, up to the end of an area; -ENOMEM when there is none at `addr`.
 */
sysret_t space_mincore(struct space *space, uint64_t addr, uint64_t pages, uint8_t *there);

/* msync of [*at, end), with its flags; *hole is false at first. 0, SYS_AGAIN, -ENOMEM, -EBUSY. */
sysret_t space_msync(struct space *space, uint64_t end, int flags, uint64_t *at, bool *hole);

/* Linux's brk: the new break, or the old one when it cannot be moved there. */
sysret_t space_brk(struct space *space, uint64_t brk, uint64_t *cursor);

/*
 * Copy `from` into the empty `to`, copy-on-write, a chunk a call: 0 when done, SYS_AGAIN, or
 * -ENOMEM (`to` is then to be cleared and destroyed). The caller holds `from`'s claim.
 */
sysret_t space_fork_chunk(struct space *from, struct space *to, uint64_t *cursor);

/* All spaces that there are, one after the other, while the machine stands; NULL begins and ends.
 */
struct space *space_next(const struct space *space);

/* May the CR3 of some CPU hold the space? */
bool space_is_live(const struct space *space);

/*
 * Unmap everything of a space that is not live and without users, a chunk a call: 0 when it is
 * empty, or SYS_AGAIN.
 */
sysret_t space_clear_chunk(struct space *space);
