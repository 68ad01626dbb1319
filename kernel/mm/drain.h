/*
 * Handing back what CPUs keep for themselves: the frames in their magazines, and the objects. Each
 * CPU does so itself, in its exit loop; an idle one is woken for it.
 */
#pragma once

#include "core/waitq.h"

/* Make the queue. At boot. */
void drain_init(void);

/* Ask all CPUs that are online. The ticket is for drain_done(). Takes no lock. */
uint64_t drain_ask(void);

/* Have all CPUs done what this ticket asked for? */
bool drain_done(uint64_t ticket);

/* Woken when a CPU was the last that something was asked of. */
extern struct waitq drain_waiters;

/* The interrupt by which drain_ask() comes to a CPU: sets CPU_WORK_DRAIN if it was that. */
void drain_note(void);

/* CPU_WORK_DRAIN: do it, here. Takes RANK_WAITQ, RANK_SLAB, RANK_ZONE. */
void drain_this_cpu(void);
