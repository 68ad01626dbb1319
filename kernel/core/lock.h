/*
 * Spin locks that know their holder and their rank (docs/locking.md). Interrupts are off whenever
 * the kernel runs, so there is no irq-saving kind. Every build checks that locks are taken in
 * ascending rank, released innermost first, and never held on the way out.
 *
 * Whoever sees the lock free may take it. There is no queue: where CPUs are virtual, the one whose
 * turn it were may not be running, and all others would wait for it.
 */
#pragma once

#include "arch/x86_64/cr.h"

struct cpu;

/* The order of acquisition: a lock may be taken while only locks of lower rank are held. */
enum lock_rank {
	RANK_NONE,
	RANK_TREE,    /* proc: the tree of pids */
	RANK_KIN,     /* proc: who a process's parent is */
	RANK_PROCESS, /* proc: a process: its threads, signals, children */
	RANK_SPACE,   /* mm: one address space: vmas and page tables */
	RANK_OBJECT,  /* proc, fs: descriptor tables, file objects */
	RANK_CONSOLE, /* dev: who writes the console's output to its devices; its input */
	RANK_RING,    /* dev: the console's output ring */
	RANK_WAITQ,   /* core: a wait queue */
	RANK_TIMER,   /* core: a CPU's timer queue */
	RANK_RUNQ,    /* proc: a CPU's run queue */
	RANK_LARGE,   /* mm: whether the blocks of large pages are whole */
	RANK_SLAB,    /* mm: a slab cache */
	RANK_KMAP,    /* mm: the kernel half's tables */
	RANK_ZONE,    /* mm: a zone of the frame allocator */
	RANK_LOG,     /* core: the log's ring */
	RANK_PORT,    /* dev: a serial port, the screen, the interrupt controllers */
};

#define LOCK_RANKS (RANK_PORT + 1)

struct lock {
	struct cpu *holder; /* atomic: the CPU inside; NULL when free, so zeroed memory is free */
	enum lock_rank rank;
	uint32_t contended; /* atomic: acquisitions that had to wait; wraps */
	const char *name;
	uintptr_t caller;   /* who took it last */
	struct lock *outer; /* the lock that the holder took before this one; holder's */
};

#define LOCK_INIT(lock_name, lock_rank) ((struct lock){.rank = (lock_rank), .name = (lock_name)})

/*
 * Take the lock, spinning (and serving TLB flushes) until it is free. Panics, naming both locks,
 * when a lock of the same or a higher rank is held; and when interrupts are on.
 */
static inline void lock_acquire(struct lock *lock);

/* The same for the place in the code that is told to be the one that took it. */
void lock_acquire_at(struct lock *lock, uintptr_t caller);

/* Release it. Panics unless this CPU holds it and took it last. */
void lock_release(struct lock *lock);

/* Does this CPU hold the lock? For assertions. */
bool lock_held(const struct lock *lock);

/*
 * How many acquisitions of locks of that rank had to wait since boot, on all CPUs; RANK_NONE: of
 * all locks. Other CPUs go on counting meanwhile.
 */
uint64_t locks_contended(enum lock_rank rank);

/* Panic when this CPU holds any lock: called on the way out of the kernel. */
void locks_assert_none(void);

/* The locks that CPU `cpu_id` holds, innermost first, on the log. For a panic. */
void locks_print(uint32_t cpu_id);

static inline void lock_acquire(struct lock *lock)
{
	lock_acquire_at(lock, code_address());
}
