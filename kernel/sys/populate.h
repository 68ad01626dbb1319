/* What a call goes on with when its pages are to be there before it returns. */
#pragma once

#include "proc/thread.h"

/*
 * Make the pages of the range, in chunks, for the current thread, which holds no claim. The call
 * then returns `result`; but for POPULATE_READ, _WRITE and _LOCK the errno, if there was one: that
 * of mlock for the last.
 */
sysret_t populate(struct thread *thread, enum populate_kind kind, uint64_t addr, uint64_t size,
		  sysret_t result);
