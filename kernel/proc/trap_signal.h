/* Which signal an exception in ring 3 is, as Linux has it. */
#pragma once

#include "proc/signal.h"

/* An exception other than a page fault; `tf` is the thread's frame. Takes RANK_PROCESS. */
void signal_for_trap(struct thread *thread, struct trapframe *tf);

/* A page fault at `va` that space_fault() could not resolve. Takes RANK_PROCESS. */
void signal_for_page_fault(struct thread *thread, struct trapframe *tf, uint64_t va,
			   enum fault_result result);

/* There is no memory for the page that the thread needs: SIGBUS. Takes RANK_PROCESS. */
void signal_out_of_memory(struct thread *thread);
