/*
 * What all frames that are online are used for, counted in the frame table, piece by piece. Frames
 * change hands meanwhile, so the counts are as exact as such counts can be.
 */
#pragma once

#include "mm/frames.h"

#define ZONES_MAX 3

/* Zeroed: the beginning. */
struct frame_scan {
	unsigned zone;
	pfn_t at; /* the next frame to look at */
	uint64_t frames[PAGE_TYPES];
	uint64_t free_blocks[ZONES_MAX][BUDDY_ORDERS];
};

/* Look at some more; false when all have been seen. Takes RANK_ZONE, but nothing in a panic. */
bool frame_scan_some(struct frame_scan *scan);
