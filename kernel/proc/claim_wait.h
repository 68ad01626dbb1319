/* Waiting for a claim. */
#pragma once

#include "proc/thread.h"

/*
 * Take `claim` for the current thread: true. Or queue the thread for it: false, the caller returns
 * SYS_BLOCKED with a continuation that calls this again. Takes RANK_WAITQ.
 */
__must_check bool claim_or_wait(struct claim *claim, struct thread *thread);

/* The current thread does not want the claim any more: the next one in the queue gets its chance.
 */
void claim_give_up(struct claim *claim, struct thread *thread);
