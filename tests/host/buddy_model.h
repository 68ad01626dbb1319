/*
 * A buddy allocator under observation, for the host test and the fuzz target: a frame table of
 * which only the pages that hold existing frames can be touched, and a list of what was allocated.
 * Whatever does not fit the model aborts.
 */
#pragma once

#include "mm/buddy.h"

#define MODEL_FRAMES (1UL << 20) /* in the window that the tests use */
#define MODEL_USED   1024

struct buddy_block {
	pfn_t pfn;
	unsigned int order;
};

extern struct buddy model_zone;
extern struct buddy_block model_used[MODEL_USED];
extern unsigned int model_n_used;

/* Begin anew with an empty zone; frames `base` to base + MODEL_FRAMES may be used. */
void model_reset(pfn_t base);

/* buddy_add of [start, end), counted from the base. What buddy_add returned. */
bool model_add(pfn_t start, pfn_t end);

/* Demand that a buddy_add of [start, end), counted from the base, panics with such a text. */
void model_bad_add(pfn_t start, pfn_t end, const char *text);

/* buddy_alloc; false when it found nothing, or the model is full. */
bool model_alloc(unsigned int order);

/* buddy_free of the allocated block number `index`, which then is another's number. */
void model_free(unsigned int index);

/* Demand that a buddy_free panics with a text that contains `text`, and changes nothing. */
void model_bad_free(pfn_t pfn, unsigned int order, const char *text);

/* How many free blocks of `order` there are. */
unsigned int model_blocks(unsigned int order);

/* Check every structure: blocks tile the ranges, lists, counters; nothing is left unmerged. */
void model_check(void);
