/*
 * A vma tree beside an array of pages that says what is mapped, for host tests: each operation is
 * done on both, and the checks hold one against the other.
 */
#pragma once

#include "mm/vma.h"

#define MODEL_PAGES 512 /* the address space */

#define RW (PROT_READ | PROT_WRITE)

/* What is known of one page. */
struct model_page {
	bool mapped;
	uint32_t prot;
	uint32_t flags;
	struct vm_object *object;
	uint64_t pgoff;
};

extern struct model_page model_pages[MODEL_PAGES];
extern struct vma_tree model_tree;

/* Where a page is. Page 0 is not at address 0. */
uint64_t model_addr(uint64_t page);

/* Begin anew with nothing mapped; before that, free what is. */
void model_reset(void);
void model_destroy(void);

/* Check every structure: order, links, gaps, counts, and each page. */
void model_check(void);

/* Map n pages, which must be free; object: a number, 0 for none. */
void model_map(uint64_t page, uint64_t n, uint32_t prot, uint32_t flags, uint64_t object,
	       uint64_t pgoff);

/* Unmap, or change, whatever is mapped of the n pages. */
void model_unmap(uint64_t page, uint64_t n);
void model_change(uint64_t page, uint64_t n, const struct vma_change *change);
void model_protect(uint64_t page, uint64_t n, uint32_t prot);

/* vma_find_gap(), whose place must be what vma_range_is_free() says. Sizes and addresses in bytes.
 */
uint64_t model_find_gap(uint64_t size, uint64_t align, uint64_t low, uint64_t high);

/* Does the tree say that [start, end) is free? */
bool model_is_free(uint64_t start, uint64_t end);
