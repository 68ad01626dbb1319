/*
 * MADV_FREE: pages whose contents may go when memory is short, until they are written again. Their
 * entries are writable but not dirty; those of all other writable pages are dirty from the start. A
 * write makes the CPU set the bit (SDM 3A 4.8), and the page is spared.
 */
#pragma once

#include "mm/space.h"

/*
 * Let the pages of [*va, end) go when memory is short, as far as a chunk's budget goes. Pages that
 * others share are left out. The edges must be split (umap_split_edges). [lock]
 */
void space_free_lazily(struct space *space, uint64_t *va, uint64_t end);

/*
 * Free such pages, in chunks from *cursor on, which is 0 at first; *freed grows by their number.
 * True when there may be more. Takes RANK_SPACE.
 */
bool space_reclaim_chunk(struct space *space, uint64_t *cursor, uint64_t *freed);
