/*
 * Killing a process between two chunks of its work, or when it begins to wait for memory; for
 * tests.
 */
#pragma once

#include "proc/process.h"

/* SIGKILL to the process when it has come to the end of `chunks` more chunks; 0: not. */
void boundary_kill_at(struct process *process, uint32_t chunks);

/* How many processes were killed so. */
uint64_t boundary_kills(void);

/*
 * `thread` has done a chunk of long work, or is about to wait for memory. Takes RANK_KIN,
 * RANK_PROCESS.
 */
void boundary_count(struct thread *thread);

/* The same where nearly nobody is counted. */
static inline void boundary_passed(struct thread *thread)
{
	if (unlikely(thread->process->kill_at))
		boundary_count(thread);
}
