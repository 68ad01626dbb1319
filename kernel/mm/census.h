/*
 * The census: the kernel proves its own books. All page tables and all owners of frames are
 * visited, each frame's references are counted again, and what differs from the frame table is told
 * on the log, with the addresses. Mappings are held against what must always be so: see
 * census_tables.c.
 *
 * It needs no memory. A reference that is found is taken off the frame's own count, so that every
 * count must come down to 0; then a second visit puts all of them back.
 */
#pragma once

#include "lib/addr.h"

struct page;

/* Who has frames outside of page tables. */
struct census_owner {
	const char *name;
	/* Pass each frame to `fn`, as often as the owner has references to it. */
	void (*visit)(void (*fn)(struct page *frame));
	struct census_owner *next;
};

/* At boot. */
void census_register(struct census_owner *owner);

/* The PML4 by which late CPUs start, whose lower half is the kernel's; 0 without one. */
extern paddr_t census_extra_root;

/*
 * Hold the census; the number of things that are wrong, each of which is told on the log. The
 * machine must stand still (core/standstill.h). Takes no lock but the log's.
 */
uint64_t census(void);

/* The same when all processes have ended: there must be no address space either. */
uint64_t census_at_end(void);
