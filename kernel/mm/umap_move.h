/* Moving pages from one range of addresses of a space to another: for mremap. */
#pragma once

#include "mm/space.h"

/*
 * Make what umap_move() of the same pages needs: large pages become single ones, and the tables
 * `offset` bytes on are made. Stops when the budget is used up, with *va where to go on. 0 or
 * -ENOMEM; umap_clear() of the target frees what was made. [lock]
 */
int umap_move_prepare(struct space *space, uint64_t *va, uint64_t end, uint64_t offset,
		      unsigned *budget);

/* Move the pages of [*va, end) by `offset` bytes, as far as the budget goes. [lock] */
void umap_move(struct space *space, uint64_t *va, uint64_t end, uint64_t offset, unsigned *budget);
