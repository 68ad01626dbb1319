/*
 * The TLBs of two CPUs, which forget nothing unless told (SDM 3A 4.10), for each space of
 * umap_model.h: one CPU uses the space, and has translations and the ways to them; the other is
 * lazy, has its tables loaded, and may walk them at any time, but is only told when tables go.
 *
 * The test ends where a frame is freed that one of them still leads to, and where the first goes by
 * what the tables do not say any more.
 */
#pragma once

#include "arch/x86_64/pte.h"
#include "mm/large.h"
#include "mm/space.h"

#define UMAP_UNITS 6 /* places for a large page */
#define UMAP_PAGES (UMAP_UNITS * LARGE_PAGES)

struct model_space;

/* Entries as they were found, 0: none. Those of the ways by level, and the first unit they serve.
 */
struct umap_tlb {
	pte_t page[UMAP_PAGES];
	pte_t way[PT_LEVELS + 1][UMAP_UNITS];
	pte_t lazy_way[PT_LEVELS + 1][UMAP_UNITS];
};

/* Planted defects: flushes do nothing; the lazy CPU is not told of tables that go. */
extern bool umap_tlb_deaf, umap_tlb_tables_hidden;

/* All are empty. */
void umap_tlb_reset(void);

/* Both CPUs walk to a page. */
void umap_tlb_walk(struct model_space *m, unsigned page);

/* What the first CPU knows of a page agrees with what the model does. */
void umap_tlb_check(const struct model_space *m, unsigned page);

/* No CPU has the space loaded any more. */
void umap_tlb_expel(struct model_space *m);

/* The block at `page` is being freed. */
void umap_tlb_freed(const struct page *page);
