/*
 * What a thread has to do before it may go to ring 3: get the page that a fault could not have at
 * once, go on with a call that waited or did a chunk, repeat one that lacked memory, take a signal.
 */
#pragma once

#include "arch/x86_64/trapframe.h"
#include "core/sysret.h"
#include "proc/thread.h"

/*
 * One piece of the work of the current thread, `tf` being its frame. True: take pending interrupts,
 * then go on. From the exit loop, without locks.
 */
bool thread_do_work(struct thread *thread, struct trapframe *tf);

/* Is the thread to die now, whatever it waits for? */
bool thread_is_killed(const struct thread *thread);

/* A call or continuation has ended with `result`: put it where the thread finds it. */
void thread_note_result(struct thread *thread, struct trapframe *tf, sysret_t result);

/* The current call met a page that cannot be had at once (SYS_FAULT_WAIT): it restarts after. */
void thread_restart_call(struct thread *thread);

/* Wait, in the exit loop, until there is memory for the page of thread->fault.va. */
void thread_fault_later(struct thread *thread, unsigned access);
