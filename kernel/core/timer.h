/*
 * Timers: each CPU has a queue ordered by deadline and programs its one-shot hardware timer for the
 * earliest. There is no periodic tick.
 */
#pragma once

#include "lib/base.h"
#include "lib/rbtree.h"

struct timer {
	struct rb_node node; /* [queue's lock] */
	uint64_t deadline;   /* nanoseconds of clock_ns() */
	void (*expired)(struct timer *timer);
	uint32_t cpu; /* whose queue it is on */
	bool queued;  /* [queue's lock] */
};

/* Initialise this CPU's queue. Before anything else here is called on it. */
void timers_init_cpu(void);

/*
 * Queue `timer`, which must not be queued, on this CPU. `expired` will be called once at or after
 * `deadline` on this CPU, in the timer interrupt, with RANK_TIMER held: it may wake, not set
 * timers. Takes RANK_TIMER.
 */
void timer_set(struct timer *timer, uint64_t deadline, void (*expired)(struct timer *timer));

/* Unqueue it wherever it is; afterwards `expired` is not running and will not. Takes RANK_TIMER. */
void timer_cancel(struct timer *timer);

/* The end of the current thread's slice on this CPU, as one more deadline; 0: none. */
void timer_set_slice(uint64_t deadline);

/* This CPU's hardware timer was used for something else, and forgets what it was armed for. */
void timers_rearm(void);

/* The timer interrupt: run what has expired, program the next. True when the slice has ended. */
bool timers_run(void);

/* Log, a line a CPU, how late the latest timer interrupt came: how long interrupts were held off.
 */
void timers_log(void);
