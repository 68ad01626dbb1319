/*
 * The mapper of the user half against a plain map: for each page of a few spaces, which frame it
 * has and what may be done with it. Frames come from the kernel's buddy allocator, which runs out
 * now and then, and earlier where the model says so.
 */
#pragma once

#include <stdint.h>

#define UMAP_SPACES 3

/* Make all spaces and the RAM anew. */
void umap_model_reset(void);

/*
 * Do one operation, of which `word` says everything: the kind, the space, where, how much. The
 * kernel's answer is compared with the model's.
 */
void umap_model_step(uint64_t word);

/*
 * Compare everything: each entry of all tables, the counts of spaces and tables, the references of
 * each frame, and the frames that are free. Aborts, saying what differs.
 */
void umap_model_check(void);

/* How often single pages have become a large one, as they still were of one block. */
uint64_t umap_model_merges(void);

/* Empty all spaces; all frames must be free then. */
void umap_model_finish(void);
