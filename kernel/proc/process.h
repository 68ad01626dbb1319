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

/* Guards the tree: parents, children, states, pids, and signals. */
extern struct lock tree_lock;

struct process {
	int64_t pid, pgid, sid; /* pgid, sid: [tree_lock] */
	struct process *parent; /* [tree_lock] NULL for the first process */
	struct list children;	/* [tree_lock] by sibling_link; grows and shrinks by its own threads
				   alone, but for the first process's */
	struct list sibling_link;
	struct rb_node pid_node;  /* [tree_lock] in the tree of pids */
	struct list threads;	  /* [tree_lock] by process_link */
	uint32_t live_threads;	  /* [tree_lock] read without by its last thread */
	enum process_state state; /* [tree_lock] read without by its parent (proc/wait.c) */
	int64_t ppid; /* the parent's pid, 0 without one; written under tree_lock, read without */
	bool exiting; /* [tree_lock] its threads are to end, with wait_status */
	int stop_signal;    /* [tree_lock] the signal that stopped it; 0: not stopped */
	bool stop_news;	    /* [tree_lock] wait4 has not yet told that it stopped, */
	bool continue_news; /* [tree_lock] or that it goes on */
	int wait_status;    /* [tree_lock] as wait4 returns it */
	uint32_t
		kill_at; /* chunks that it may do until a test kills it; 0: all (proc/boundary.h) */
	struct waitq child_changed; /* its threads in wait4 */

	struct space *space; /* changed by exec only */
	/* [tree_lock] what a space has to know of them is in its limits, too */
	struct rlimit rlimits[RLIM_NLIMITS];
	struct fdtable *fds;

	sigset_t pending; /* [tree_lock] directed at the process */

	uint32_t personality; /* as personality() has it; the child's at fork, kept by exec */

	char name[16];		    /* of the program, for the log */
	uint64_t calls, timer_irqs; /* [tree_lock] sums of threads that have exited, */
	struct usage used;   /* [tree_lock] and what they used; its peak: of spaces it left */
	struct usage reaped; /* [tree_lock] by children that were waited for, with theirs */
};

/* The first process; its end is the end of the run. */
extern struct process *init_process;

/* A process without a pid, threads, a space or descriptors; NULL without memory. */
struct process *process_create(void);

/*
 * Give it a pid, and enter it into the tree as a child of `parent` (NULL: the first), whose limits
 * and the like become its own. tree_lock must be held.
 */
void process_enter(struct process *process, struct process *parent);

/*
 * Take a process without threads, a zombie that was waited for, out of the tree, with tree_lock
 * held; then, without it, free it.
 */
void process_unlink(struct process *process);
void process_free(struct process *process);

/* The process, of which the caller is the only thread, leaves `space`. Takes RANK_SPACE. */
void process_note_peak(struct process *process, struct space *space);

/* Visit all processes in order of pid: NULL starts, NULL ends. tree_lock must be held. */
struct process *process_next(const struct process *process);

/* Make the cache. At boot. */
void processes_init(void);

/* A thread of a process that has one. tree_lock must be held, unless nothing runs yet. */
static inline struct thread *process_first_thread(const struct process *process)
{
	return list_first_entry(&process->threads, struct thread, process_link);
}

/* The process, or the thread, of that number, or NULL. tree_lock must be held. */
struct process *process_find(int64_t pid);
struct thread *thread_find(int64_t tid);

/* The highest pid in use, 0 without any. tree_lock must be held. */
int64_t process_highest_pid(void);

/* The process with the lowest pid above that, or NULL. tree_lock must be held. */
struct process *process_find_above(int64_t pid);

/*
 * Has the process an address space that stays while tree_lock, which must be held, is? Not one that
 * is ending.
 */
static inline bool process_has_space(const struct process *process)
{
	return process->space && !process->exiting;
}
