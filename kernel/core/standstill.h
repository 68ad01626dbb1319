/*
 * The machine stands still: every other CPU waits in its exit loop, where it holds no lock and
 * nothing is half done, so that one CPU can look at everything (mm/census.h). A CPU that spins for
 * a lock is not stopped there, since it may have begun something: it first comes to its end.
 */
#pragma once

#include "lib/base.h"

/*
 * Stop all others; each calls `arrive` first, if there is one, and so does this CPU. False: another
 * CPU does it now; come again by way of the exit loop. No lock may be held. Flushes are served.
 */
__must_check bool standstill_begin(void (*arrive)(void));

/* Let them go on. */
void standstill_end(void);

/* Does the machine stand still, or is it about to? */
bool standstill_is_held(void);

/* VECTOR_RESCHED has come: sets CPU_WORK_STAND if it was for this. */
void standstill_note(void);

/* CPU_WORK_STAND: wait until the machine goes on. From the exit loop. */
void standstill_serve(void);
