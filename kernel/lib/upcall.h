/*
 * The few functions that lower layers call and higher layers define. Everything else that goes
 * upward goes through a table of operations that the lower layer owns.
 */
#pragma once

#include "lib/addr.h"

struct thread;

/*
 * Stop the machine: print `fmt`, the registers, a backtrace of every CPU, and halt.
 * Callable from anywhere, with any lock held. Defined by core/panic.c (tests define their own).
 */
__noreturn void panic(const char *fmt, ...) __printf_like(1, 2);

/* Panic naming the condition when it does not hold. Present in every build. */
#define ASSERT(cond)                                                                         \
	do {                                                                                 \
		if (unlikely(!(cond)))                                                       \
			panic("ASSERT(%s) failed at %s:%d", #cond, __FILE_NAME__, __LINE__); \
	} while (0)

/*
 * Something that `thread` waits for has happened (or may have: it rechecks). Callable with locks
 * below RANK_RUNQ held. Defined by proc/sched.c.
 */
void thread_wake(struct thread *thread);

/*
 * Called in every loop that waits for another CPU: serves TLB flushes and the panic stop, and
 * nothing else. Needs this CPU's window. Defined by core/smp.c.
 */
void smp_poll(void);
