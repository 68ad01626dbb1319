/*
 * A fault in ring 3 where a large page fits. Clearing one takes far too long to do with interrupts
 * off, so the thread does it in parts before it goes on, in its fault's stead.
 */
#pragma once

#include "proc/thread.h"

/*
 * The next step for thread->fault, for which space_fault() said FAULT_LARGE. False: nothing more is
 * to be done than to ask space_fault() again, for a page of any size (thread->fault.access then
 * says so).
 */
bool large_fault_step(struct thread *thread);

/* At boot: the census learns of blocks that are being cleared. */
void large_faults_init(void);
