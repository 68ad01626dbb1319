/* Processes: what a pid names. Its threads run in its address space and share its descriptors. */
#pragma once

#include "abi/resource.h"
#include "core/lock.h"
#include "proc/fdtable.h"
#include "proc/thread.h"
#include "proc/usage.h"

enum process_state {
	PROCESS_ALIVE,
	PROCESS_ZOMBIE, /* status is set; waits for its parent */
};

/*
 * Guards the tree of pids. While it is held no process is freed, so that whoever is found by its
 * pid can be looked at and locked.
 */
extern struct lock tree_lock;

struct process {
	int64_t pid, pgid, sid;	 /* constant once it is in the tree */
	struct rb_node pid_node; /* [tree_lock] */

	struct lock kin;
	struct process *parent;	  /* [kin] stays while that is held; NULL for the first process */
	int64_t ppid;		  /* its pid, 0 without one; written under kin, read without */
	struct list sibling_link; /* [parent's lock] */
	enum process_state state; /* [parent's lock] read without by its parent (proc/wait.c) */
	int news; /* [parent's lock] as wait4 returns it when it stopped or goes on; 0: none */

	struct lock lock;
	struct list children;  /* [lock] by sibling_link; grows and shrinks by its own threads
				  alone, but for the first process's */
	struct list threads;   /* [lock] by process_link */
	uint32_t live_threads; /* [lock] read without by its last thread */
	bool exiting;	       /* [lock] its threads are to end, with wait_status */
	int stop_signal;       /* [lock] the signal that stopped it; 0: not stopped */
	int wait_status;       /* [lock] as wait4 returns it */
	uint32_t kill_at;      /* chunks until a test kills it; 0: none does (proc/boundary.h) */
	struct waitq child_changed; /* its threads in wait4 */

	struct space *space; /* [lock] to look at it from outside; changed by exec and exit only */
	/* [lock] what a space has to know of them is in its limits, too */
	struct rlimit rlimits[RLIM_NLIMITS];
	struct fdtable *fds;

	sigset_t pending; /* [lock] directed at the process */

	uint32_t personality; /* as personality() has it; the child's at fork, kept by exec */

	char name[16];		    /* of the program, for the log */
	uint64_t calls, timer_irqs; /* [lock] sums of threads that have exited, */
	struct usage used;	    /* [lock] and what they used; its peak: of spaces it left */
	struct usage reaped;	    /* [lock] by children that were waited for, with theirs */
};

/* The first process; its end is the end of the run. */
extern struct process *init_process;

/* A process without a pid, threads, a space or descriptors; NULL without memory. */
struct process *process_create(void);

/*
 * Give it a pid, and enter it into the tree as a child of `parent` (NULL: the first), whose limits
 * and the like become its own. tree_lock and the parent's lock must be held.
 */
void process_enter(struct process *process, struct process *parent);

/*
 * Take a process without threads, a zombie that is nobody's child any more, out of the tree; then
 * free it. Takes RANK_TREE, RANK_KIN.
 */
void process_unlink(struct process *process);
void process_free(struct process *process);

/* The process, of which the caller is the only thread, leaves `space`. Takes RANK_SPACE. */
void process_note_peak(struct process *process, struct space *space);

/* Visit all processes in order of pid: NULL starts, NULL ends. tree_lock must be held. */
struct process *process_next(const struct process *process);

/* Make the cache. At boot. */
void processes_init(void);

/* A thread of a process that has one. Its lock must be held, unless nothing runs yet. */
static inline struct thread *process_first_thread(const struct process *process)
{
	return list_first_entry(&process->threads, struct thread, process_link);
}

/* The process of that number, or NULL. tree_lock must be held. */
struct process *process_find(int64_t pid);

/* The process's thread of that number, or NULL. The process's lock must be held. */
struct thread *process_thread(const struct process *process, int64_t tid);

/* The highest pid in use, 0 without any. tree_lock must be held. */
int64_t process_highest_pid(void);

/* The pid that was given last. tree_lock must be held. */
int64_t process_newest_pid(void);

/* The process with the lowest pid above that, or NULL. tree_lock must be held. */
struct process *process_find_above(int64_t pid);

/*
 * Has the process an address space that stays while the process's lock, which must be held, is? Not
 * one that is ending.
 */
static inline bool process_has_space(const struct process *process)
{
	return process->space && !process->exiting;
}
