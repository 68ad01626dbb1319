/* Statistics of memory in the formats of Linux's files below /proc (man 5 proc). */
#pragma once

#include "lib/print.h"
#include "mm/frame_scan.h"

/* /proc/meminfo: those of its lines that mean something here. `scan` has seen all frames. */
void meminfo_print(struct printer *out, const struct frame_scan *scan);

/* /proc/buddyinfo: free blocks of each order; there are more orders than Linux has. */
void buddyinfo_print(struct printer *out, const struct frame_scan *scan);

/*
 * /proc/slabinfo: line *n, from 0 on, which is the first two, and *n grows by one. False when there
 * is none.
 */
bool slabinfo_print_some(struct printer *out, uint32_t *n);
