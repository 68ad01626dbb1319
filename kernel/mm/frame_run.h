/*
 * Giving back many frames: neighbours are collected and go to their zone as large blocks, which is
 * far cheaper than one by one. What the magazine has room for goes there, to be found again
 * soonest.
 */
#pragma once

#include "mm/frames.h"

struct frame_run {
	struct page *low, *high; /* the frames from low to high; NULL: none */
	unsigned pieces;	 /* runs that were given back so far */
};

#define FRAME_RUN_EMPTY ((struct frame_run){NULL, NULL, 0})

/* Add a frame without references, which comes right before or after the run or begins a new one. */
void frame_run_add_other(struct frame_run *run, struct page *page);
static inline void frame_run_add(struct frame_run *run, struct page *page)
{
	/* Magazines give out the highest first, so that pages in order have frames that descend. */
	if (likely(page + 1 == run->low))
		run->low = page;
	else
		frame_run_add_other(run, page);
}

/* Give back a reference, and with the last one the frame, through the run. */
static inline void frame_run_put(struct frame_run *run, struct page *page)
{
	if (page_put(page))
		frame_run_add(run, page);
}

/*
 * Give back a reference to each of `n` frames. Takes RANK_ZONE. Returns the number of pieces that
 * the freed ones made: it, more than that of the frames, says what freeing them has cost.
 */
unsigned frames_put(struct page *const *frames, unsigned n);

/* Free what is in the run. Takes RANK_ZONE, as adding does. */
void frame_run_finish(struct frame_run *run);
