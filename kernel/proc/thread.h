/*
 * Threads. One that does not run is its saved registers and, if it waits, a continuation: there is
 * no kernel stack of its own.
 *
 * States and who changes them:
 *	RUNNING  -> WAITING   the thread, before it queues itself somewhere
 *	WAITING  -> RUNNING   the thread, when its recheck finds that it need not wait
 *	WAITING  -> WOKEN     a waker; the CPU that parks the thread sees it and goes on with it
 *	WAITING  -> PARKED    its CPU, in the exit loop, registers saved
 *	PARKED   -> RUNNABLE  a waker, which then puts it on a run queue
 *	RUNNING  -> RUNNABLE  its CPU, at the end of a slice
 *	RUNNABLE -> RUNNING   a CPU that picked it from a run queue
 *	RUNNING  -> DEAD      itself, when it has given everything back
 */
#pragma once

#include "abi/signal.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/selectors.h"
#include "arch/x86_64/trapframe.h"
#include "core/sysret.h"
#include "core/timer.h"
#include "core/waitq.h"
#include "lib/bitmap.h"
#include "mm/collapse.h"
#include "mm/mremap.h"
#include "mm/populate.h"
#include "mm/space.h"
#include "proc/io.h"
#include "proc/usage.h"

struct process;
struct thread;
struct exec_state;
struct elf_image;

enum thread_state {
	THREAD_RUNNING,
	THREAD_WAITING,
	THREAD_WOKEN,
	THREAD_PARKED,
	THREAD_RUNNABLE,
	THREAD_DEAD,
};

/* Bits of `work`: what the exit loop has to do before the thread may return to ring 3. */
#define THREAD_WORK_SIGNAL 0x1	/* signals may be deliverable: look */
#define THREAD_WORK_CONT   0x2	/* a continuation is set */
#define THREAD_WORK_FAULT  0x4	/* resolve the fault in `fault` first, waiting for memory */
#define THREAD_WORK_STATE  0x8	/* `state` is not RUNNING: park */
#define THREAD_WORK_KILL   0x10 /* a fatal signal: abort what it does, and die */
#define THREAD_WORK_MOVE   0x20 /* its affinity has changed: it may have to leave its CPU */
#define THREAD_WORK_MEMORY 0x40 /* an allocation failed: see if its call did for that reason */

enum cont_class {
	CONT_INTERRUPTIBLE, /* any signal ends the wait */
	CONT_KILLABLE,	    /* only a fatal one */
	CONT_NONE,	    /* nothing does */
};

/* A call on a range of memory, which works in chunks: sys/memory.c. */
struct range_call {
	sysret_t (*work)(struct space *space, struct range_call *call);
	sysret_t (*then)(struct thread *thread, sysret_t result); /* without the claim; or NULL */
	uint64_t addr, length;
	uint64_t cursor; /* 0 before the first chunk */
	int prot, flags; /* madvise: prot is the advice */
	bool hole;	 /* msync: part of it is not mapped */
	union {
		struct remap remap;	  /* mremap */
		struct collapse collapse; /* MADV_COLLAPSE; with the thread's `block` */
	};
};

/* What the child of clone() has of its own; all 0 for fork(). */
struct fork_call {
	uint64_t stack;	   /* 0: the parent's */
	uaddr_t child_tid; /* NULL: neither */
	bool set_tid;	   /* it writes its number there when it begins, */
	bool clear_tid;	   /* and 0 when it ends */
};

/* What a thread goes on with when it runs again. Fits what the calls of today need to keep. */
struct continuation {
	sysret_t (*run)(struct thread *thread);
	void (*abort)(struct thread *thread); /* release everything in `state`; fatal signal */
	enum cont_class class;
	union {
		struct range_call range; /* mmap, munmap, mprotect, madvise, brk */
		struct {
			uint64_t at, end; /* what is still to be told, */
			uaddr_t vector;	  /* and where */
		} mincore;
		struct {
			struct populate work;
			sysret_t result; /* of the call, when that is done */
		} populate;
		struct io io; /* read, write, writev */
		struct {
			struct fork_call call;
			struct process *child;
			struct thread *thread; /* the child's, not yet in its list */
			uint64_t cursor;
			int error; /* why it is being undone */
		} fork;
		uaddr_t tell_tid; /* of a new thread: where it writes its number */
		struct exec_state *exec;
		struct {
			uint64_t deadline; /* ns of clock_ns() */
			uaddr_t remaining;
			bool until; /* that time, and not for so long */
		} sleep;
		struct {
			int64_t pid; /* whom it waits for; then the child that was found */
			int options, wait_status;
			struct usage usage; /* the child's */
			uaddr_t status, rusage;
		} wait;
		struct {
			int pid, signo; /* as kill() has them; pid is not positive */
			int64_t last;	/* the pid that was looked at last, 0 at first, */
			int64_t newest; /* and the youngest at that time */
			sysret_t result;
		} kill;
		struct {
			struct space *space; /* that nobody uses any more */
			int wait_status;     /* should this be the last thread to exit() */
			int64_t pid;	     /* the first process's end: whom it has killed last */
		} exit;
	};
};

struct thread {
	struct trapframe frame;	      /* registers while it is not current */
	uint32_t state;		      /* atomic: enum thread_state */
	uint32_t work;		      /* atomic: THREAD_WORK_* */
	struct cpu *owner;	      /* the CPU that it is current on; checked at each change */
	uint32_t cpu;		      /* whose run queue it is on, or was last */
	struct list run_link;	      /* [runq of cpu] */
	uint64_t affinity[CPU_WORDS]; /* [process's lock], read racily by the scheduler */

	int64_t tid;
	const char *name;	  /* of a kernel task; NULL for others */
	struct process *process;  /* constant; NULL for kernel tasks */
	struct list process_link; /* [process's lock] in its list; or [tree_lock] that of kernel
				     tasks */
	struct space *space;	  /* NULL for kernel tasks and after exit has left it */

	struct continuation cont;
	struct waiter waiters[2];
	struct timer timer;
	struct {
		uint64_t va;
		unsigned access;
	} fault; /* its last page fault; with THREAD_WORK_FAULT one that is to be resolved */
	struct large_block block; /* own: of a large page in the making, by a fault or madvise */

	uint64_t memory_round; /* own: when it last lacked memory (memory_task.c); 0: it does not */

	uint64_t fs_base, gs_base;
	struct selectors selectors;
	void *fpu; /* save area */

	sigset_t pending; /* [process's lock] directed at this thread */
	sigset_t blocked; /* own; read by senders under process's lock */
	uaddr_t clear_child_tid;
	bool must_exit; /* [process's lock] it is to end */
	bool dying;	/* [process's lock] it is in exit: signals do not reach it */
	struct {
		uint64_t deadline; /* ns of clock_ns(); 0: nothing to go on with */
		uaddr_t remaining;
	} restart; /* own; of a sleep that a signal interrupted, for restart_syscall */

	uint64_t calls, faults, timer_irqs; /* own */
	uint64_t run_ns;		    /* time on CPUs, up to run_since; own */
	uint64_t run_since;		    /* ns of clock_ns() */
};

/*
 * A thread of `process` (NULL: a kernel task) with zeroed registers, RUNNABLE but on no queue, able
 * to run on every CPU; NULL without memory. The FPU's state is of some thread before: who makes a
 * thread gives it its own.
 */
struct thread *thread_create(struct process *process);

/* Free a dead thread that no CPU runs. */
void thread_free(struct thread *thread);

/* Set bits of another thread's work (or one's own), and make its CPU look at them. */
void thread_set_work(struct thread *thread, uint32_t bits);
void thread_clear_work(struct thread *thread, uint32_t bits);

/*
 * Copy FPU state, selectors and bases of the current thread from the CPU into the structure, if
 * they are not there already. They stay loaded.
 */
void thread_save_state(struct thread *thread);

/* Load them into the CPU: the last thing before ring 3. */
void thread_load_state(struct thread *thread);

/* Make them those of a program's start: for exec. */
void thread_reset_state(struct thread *thread);

/* Make the caches. At boot, after the frame allocator and the FPU. */
void threads_init(void);

/* The current thread of this CPU; never NULL inside a system call or a fault from ring 3. */
static inline struct thread *current_thread(void)
{
	return this_cpu()->current;
}

/*
 * Waiting (see core/waitq.h for the order of steps). thread_prepare_wait() marks the current
 * thread WAITING; thread_cancel_wait() undoes it, leaves all queues and stops the timer.
 */
void thread_prepare_wait(struct thread *thread);
void thread_cancel_wait(struct thread *thread);

/* Wake the thread at `ns` of clock_ns() too, unless its wait is over by then. Takes RANK_TIMER. */
void thread_wake_at(struct thread *thread, uint64_t ns);

/*
 * Set the continuation of the current thread and return SYS_BLOCKED or SYS_AGAIN in its name. A
 * call that keeps something in the continuation's state answers a copy's SYS_FAULT_WAIT with
 * SYS_AGAIN: the exit loop gets the page first in either case.
 */
static inline sysret_t thread_continue(struct thread *thread, sysret_t how,
				       sysret_t (*run)(struct thread *),
				       void (*abort)(struct thread *), enum cont_class class)
{
	thread->cont.run = run;
	thread->cont.abort = abort;
	thread->cont.class = class;
	__atomic_fetch_or(&thread->work, THREAD_WORK_CONT, __ATOMIC_RELAXED);
	return how;
}
