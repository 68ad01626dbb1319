/*
 * The CPU that the code stands on. Each CPU owns a 2 MiB window of the address space that holds its
 * stacks and this structure, so the stack pointer tells which CPU it is; GS belongs to user code.
 */
#pragma once

#include "arch/x86_64/layout.h"
#include "arch/x86_64/trapframe.h"
#include "lib/addr.h"

struct lock;
struct thread;

/* What the exit loop has to look at before it returns to ring 3 (struct cpu, work). */
#define CPU_WORK_RESCHED 0x1  /* the current thread's slice has ended, or a better one waits */
#define CPU_WORK_LOAD	 0x2  /* FPU, selectors and bases in the CPU are not the current thread's */
#define CPU_WORK_LOG	 0x4  /* the log has lines for its drain task */
#define CPU_WORK_ONLINE	 0x8  /* memory runs low and more can be brought online */
#define CPU_WORK_FIRST	 0x10 /* back from the first visit to ring 3: tell of it */
#define CPU_WORK_REAP	 0x20 /* objects that nobody uses are to be taken apart */
#define CPU_WORK_DRAIN	 0x40 /* hand back what the CPU keeps of frames and objects (mm/drain.h) */
#define CPU_WORK_MEMORY	 0x80 /* an allocation failed */
#define CPU_WORK_WATCH	 0x200 /* look at the other CPUs (watchdog.h) */
#define CPU_WORK_STAND	 0x100 /* the machine is to stand still (core/standstill.h) */

/* At offset 0 of the window. Written by its own CPU only, unless a line says otherwise. */
struct cpu {
	uint32_t id; /* index of the window, 0 .. CPU_MAX-1: never an APIC ID */
	uint32_t apic_id;
	uint32_t work;		/* CPU_WORK_*; interrupts and the scheduler set bits */
	bool ready;		/* what it needs to run threads is set up */
	bool online;		/* read by all */
	bool idle;		/* it had nothing to run when it was in the exit loop last */
	struct thread *current; /* NULL when idle */
	struct lock *held;	/* the lock taken last, of those still held */
	paddr_t pml4;		/* what CR3 holds */
	uint64_t *rsp0;		/* &TSS.rsp0 */
	uint64_t turns;		/* through the exit loop */
	uint32_t on_ist;	/* bit n: vector n's handler is on its own stack */
	uint64_t nmis, debugs;	/* taken; debugs: #DB in ring 0 */
	uint64_t spurious;	/* interrupts without a cause, by the APIC or an 8259 */
	uint64_t unexpected;	/* at vectors that nobody handles */
	uint64_t cr3_checks;	/* pre-switch checks passed */
	bool entered_user;	/* it has been in ring 3 */
	uint64_t first_rsp;	/* the user's, when it entered ring 3 first */
	const struct trapframe *stopped_at; /* where a panic's NMI stopped it, else NULL */
};

/* The window that `address`, a stack address, lies in. */
static inline uintptr_t window_of(uintptr_t address)
{
	return address & ~(PERCPU_STACK_STRIDE - 1);
}

/* The CPU that executes this: a property of the stack pointer, constant within a kernel entry. */
static inline struct cpu *this_cpu(void)
{
	uintptr_t rsp;

	__asm__("mov %%rsp, %0" : "=r"(rsp));
	return (struct cpu *)window_of(rsp);
}

/* The window of CPU `id`. */
static inline uintptr_t cpu_window(uint32_t id)
{
	return PERCPU_STACK_REGION_BASE + id * PERCPU_STACK_STRIDE;
}

static inline struct cpu *cpu_by_id(uint32_t id)
{
	return (struct cpu *)cpu_window(id);
}

/* The slot at the top of the main stack that holds the frame of the running thread. */
static inline struct trapframe *frame_slot(void)
{
	uintptr_t top = (uintptr_t)this_cpu() + WINDOW_STACK_TOP;

	return (struct trapframe *)(top - sizeof(struct trapframe));
}

/*
 * Per-CPU variables live in the window behind struct cpu; the linker gives them addresses that are
 * offsets in it. They start as zero. PERCPU(x) is a pointer to this CPU's x.
 */
#define DEFINE_PERCPU(type, name)  __section_named(".percpu") type name
#define DECLARE_PERCPU(type, name) extern type name
#define PERCPU(name)		   ((__typeof__(&(name)))((uintptr_t)this_cpu() + (uintptr_t) & (name)))
#define PERCPU_OF(cpu, name)	   ((__typeof__(&(name)))(cpu_window(cpu) + (uintptr_t) & (name)))

/* Number of CPUs that have windows: indices below it are valid. Grows at boot only. */
extern uint32_t cpu_count;

/* CPUs that are online; each holds itself. Set once per CPU at boot. */
extern uint32_t cpus_online;
