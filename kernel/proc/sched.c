#include "proc/sched.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/tsc.h"
#include "arch/x86_64/vectors.h"
#include "core/delay.h"
#include "core/log.h"
#include "core/panic.h"
#include "proc/wait.h"

struct runq {
	struct lock lock;
	struct list threads; /* [lock] RUNNABLE, in the order in which they will run */
	uint32_t count;	     /* [lock] their number; read by others to compare loads */
	bool idle;	     /* [lock] the CPU found nothing and halts: it needs an interrupt */
};

static DEFINE_PERCPU(struct runq, runq);
uint64_t sched_slice_ns = SLICE_NS;

/* For a panic: who runs on a CPU, without locks. */
static void print_thread(uint32_t cpu)
{
	const struct thread *thread = cpu_by_id(cpu)->current;

	if (!thread)
		log_line("  CPU %u runs no thread", cpu);
	else if (!thread->process)
		log_line("  CPU %u runs the kernel task '%s'", cpu, thread->name);
	else
		log_line("  CPU %u runs thread %ld of pid=%ld (%s)", cpu, thread->tid,
			 thread->process->pid, thread->process->name);
}

void sched_init_cpu(void)
{
	struct runq *rq = PERCPU(runq);

	panic_print_thread = print_thread;
	rq->lock = LOCK_INIT("runq", RANK_RUNQ);
	list_init(&rq->threads);
}

static bool may_run_on(const struct thread *thread, uint32_t cpu)
{
	return bitmap_test(thread->affinity, cpu);
}

/* Threads on a CPU, the running one included; read without locks, so only a hint. */
static uint32_t load_of(uint32_t cpu)
{
	return PERCPU_OF(cpu, runq)->count + (cpu_by_id(cpu)->current != NULL);
}

/* The least busy CPU that the thread may run on; UINT32_MAX when the mask changed meanwhile. */
static uint32_t least_busy_cpu(const struct thread *thread)
{
	uint32_t best = UINT32_MAX, best_load = UINT32_MAX;

	for (uint32_t cpu = 0; cpu < cpu_count && best_load; cpu++) {
		uint32_t load;

		delay_point("choose");
		if (!cpu_by_id(cpu)->online || !may_run_on(thread, cpu))
			continue;
		load = load_of(cpu);
		if (load < best_load) {
			best = cpu;
			best_load = load;
		}
	}
	return best;
}

/*
 * A CPU for the thread: where it was if nothing runs there, else the least busy. The mask is read
 * without a lock: a CPU that enters it may have been passed when the one before it leaves. But one
 * of them is online at any time, so another look finds it.
 */
static uint32_t choose_cpu(const struct thread *thread)
{
	uint32_t best;

	if (cpu_count == 1)
		return 0;
	if (cpu_by_id(thread->cpu)->online && may_run_on(thread, thread->cpu) &&
	    load_of(thread->cpu) == 0)
		return thread->cpu;
	do
		best = least_busy_cpu(thread);
	while (unlikely(best == UINT32_MAX));
	return best;
}

/* On the queue of `cpu`, last, or first if it is `urgent`: then the CPU looks at once. */
static void enqueue(struct thread *thread, uint32_t cpu, bool urgent)
{
	struct runq *rq = PERCPU_OF(cpu, runq);
	bool kick;

	lock_acquire(&rq->lock);
	thread->cpu = cpu;
	if (urgent)
		list_add(&rq->threads, &thread->run_link);
	else
		list_add_tail(&rq->threads, &thread->run_link);
	rq->count++;
	kick = rq->idle || urgent;
	rq->idle = false;
	lock_release(&rq->lock);

	if (cpu == this_cpu()->id)
		this_cpu()->work |= urgent ? CPU_WORK_RESCHED : 0;
	else if (kick)
		apic_send_ipi(cpu_by_id(cpu)->apic_id, VECTOR_RESCHED);
}

void sched_start(struct thread *thread)
{
	__atomic_store_n(&thread->state, THREAD_RUNNABLE, __ATOMIC_RELEASE);
	enqueue(thread, choose_cpu(thread), false);
}

/* A kernel task that is woken goes first: it is short, and what it does is waited for. */
void thread_wake(struct thread *thread)
{
	uint32_t state = __atomic_load_n(&thread->state, __ATOMIC_SEQ_CST);

	for (;;) {
		uint32_t next = THREAD_WOKEN;

		if (state == THREAD_PARKED)
			next = THREAD_RUNNABLE;
		else if (state != THREAD_WAITING)
			return;
#ifdef MUTANT_ignore_parking
		next = THREAD_RUNNABLE;
#endif
		delay_point("wake");
		if (__atomic_compare_exchange_n(&thread->state, &state, next, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
			if (next == THREAD_RUNNABLE)
				enqueue(thread, choose_cpu(thread), !thread->process);
			return;
		}
	}
}

static void unqueue(struct runq *rq, struct thread *thread)
{
	list_del(&thread->run_link);
	rq->count--;
}

/* The first thread of another CPU's queue that may run on `me`, or NULL. */
static struct thread *steal_from(struct runq *rq, uint32_t me)
{
	struct thread *thread, *found = NULL;

	lock_acquire(&rq->lock);
	list_for_each_entry (thread, &rq->threads, run_link) {
		if (may_run_on(thread, me)) {
			found = thread;
			break;
		}
	}
	if (found)
		unqueue(rq, found);
	lock_release(&rq->lock);
	return found;
}

/* A thread that waits for another CPU while this one has nothing to do. */
static struct thread *steal(uint32_t me)
{
	for (uint32_t step = 1; step < cpu_count; step++) {
		uint32_t victim = (me + step) % cpu_count;
		struct runq *rq = PERCPU_OF(victim, runq);
		struct thread *thread = NULL;

		if (cpu_by_id(victim)->online && __atomic_load_n(&rq->count, __ATOMIC_RELAXED))
			thread = steal_from(rq, me);
		if (thread)
			return thread;
	}
	return NULL;
}

/* This queue's first thread; or NULL, with the queue marked so that whoever adds one interrupts. */
static struct thread *take_first(struct runq *rq, bool going_idle)
{
	struct thread *thread = NULL;

	lock_acquire(&rq->lock);
	if (!list_empty(&rq->threads)) {
		thread = list_first_entry(&rq->threads, struct thread, run_link);
		unqueue(rq, thread);
	}
	rq->idle = !thread && going_idle;
	lock_release(&rq->lock);
	return thread;
}

/* The same, sending on those whose affinity was changed while they were queued. */
static struct thread *take_own(struct runq *rq, uint32_t me, bool going_idle)
{
	struct thread *thread;

	while ((thread = take_first(rq, going_idle)) && !may_run_on(thread, me))
		enqueue(thread, choose_cpu(thread), false);
	return thread;
}

void sched_renew_slice(void)
{
	timer_set_slice(clock_ns() + sched_slice_ns);
}

static void claim_for(struct cpu *cpu, struct thread *thread)
{
	struct cpu *nobody = NULL;

	if (!__atomic_compare_exchange_n(&thread->owner, &nobody, cpu, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE))
		panic("thread %ld is run by CPU %u, and CPU %u took it too", thread->tid,
		      nobody->id, cpu->id);
}

static void make_current(struct cpu *cpu, struct thread *thread, struct trapframe *slot)
{
	claim_for(cpu, thread);
	__atomic_store_n(&thread->state, THREAD_RUNNING, __ATOMIC_RELAXED);
	thread->cpu = cpu->id;
	thread->run_since = clock_ns();
	cpu->current = thread;
	cpu->work |= CPU_WORK_LOAD;
	*slot = thread->frame;
#ifdef MUTANT_kernel_cs
	slot->cs = SEL_KERNEL_CODE;
#endif
	sched_renew_slice();
}

struct thread *sched_pick(struct trapframe *slot)
{
	struct cpu *cpu = this_cpu();
	struct runq *rq = PERCPU(runq);
	struct thread *thread = take_own(rq, cpu->id, false);

	if (!thread)
		thread = steal(cpu->id);
	if (!thread)
		thread = take_own(rq, cpu->id, true);
	if (!thread) {
#ifdef DEBUG
		wait_check_parked();
#endif
		timer_set_slice(0);
		return NULL;
	}
	make_current(cpu, thread, slot);
	return thread;
}

static void account(struct thread *thread)
{
	uint64_t now = clock_ns();

	thread->run_ns += now - thread->run_since;
	thread->run_since = now;
}

uint64_t sched_run_ns(const struct thread *thread)
{
	if (thread != this_cpu()->current)
		return __atomic_load_n(&thread->run_ns, __ATOMIC_RELAXED);
	return thread->run_ns + clock_ns() - thread->run_since;
}

/* Save what the thread is, so that another CPU may take it as soon as its state says so. */
static void release(struct cpu *cpu, struct thread *thread, const struct trapframe *slot)
{
	if (thread->process) {
		thread_save_state(thread);
		thread->frame = *slot;
	}
	account(thread);
	cpu->current = NULL;
	__atomic_store_n(&thread->owner, NULL, __ATOMIC_RELEASE);
}

bool sched_park(struct thread *thread, struct trapframe *slot)
{
	struct cpu *cpu = this_cpu();
	uint32_t state = THREAD_WAITING;

	delay_point("park");
	release(cpu, thread, slot);
	delay_point("saved");
	thread_clear_work(thread, THREAD_WORK_STATE);
	if (__atomic_compare_exchange_n(&thread->state, &state, THREAD_PARKED, false,
					__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return true;
	claim_for(cpu, thread);
	__atomic_store_n(&thread->state, THREAD_RUNNING, __ATOMIC_RELAXED);
	cpu->current = thread;
	return false;
}

void sched_requeue(struct thread *thread, struct trapframe *slot)
{
	struct cpu *cpu = this_cpu();
	uint32_t target = may_run_on(thread, cpu->id) ? cpu->id : choose_cpu(thread);

	release(cpu, thread, slot);
	__atomic_store_n(&thread->state, THREAD_RUNNABLE, __ATOMIC_RELEASE);
	enqueue(thread, target, false);
}

void sched_drop(struct thread *thread)
{
	struct cpu *cpu = this_cpu();

	cpu->current = NULL;
	cpu->work &= ~CPU_WORK_LOAD;
	__atomic_store_n(&thread->owner, NULL, __ATOMIC_RELEASE);
}

/* A thread that waits in the queue of a CPU that it may no longer run on changes queues. */
static void requeue_stranger(struct thread *thread)
{
	struct runq *rq = PERCPU_OF(thread->cpu, runq);
	bool found;

	lock_acquire(&rq->lock);
	/* Another CPU may take it, and even queue it elsewhere, until its queue is locked. */
	found = PERCPU_OF(thread->cpu, runq) == rq && !list_empty(&thread->run_link);
	if (found) {
		list_del(&thread->run_link);
		rq->count--;
	}
	lock_release(&rq->lock);
	if (found)
		enqueue(thread, choose_cpu(thread), false);
}

/* The mask is read without the lock, and some CPU must always be in it: new ones enter first. */
void sched_set_affinity(struct thread *thread, const uint64_t *mask)
{
	for (unsigned word = 0; word < CPU_WORDS; word++)
		__atomic_store_n(&thread->affinity[word], thread->affinity[word] | mask[word],
				 __ATOMIC_RELEASE);
	for (unsigned word = 0; word < CPU_WORDS; word++)
		__atomic_store_n(&thread->affinity[word], mask[word], __ATOMIC_RELEASE);
	thread_set_work(thread, THREAD_WORK_MOVE);
	if (!may_run_on(thread, thread->cpu))
		requeue_stranger(thread);
}

bool sched_should_leave(const struct thread *thread)
{
	const struct cpu *cpu = this_cpu();

	return PERCPU(runq)->count || !may_run_on(thread, cpu->id);
}

void sched_yield_current(void)
{
	if (PERCPU(runq)->count)
		this_cpu()->work |= CPU_WORK_RESCHED;
}

bool sched_others_rest(void)
{
	uint32_t busy = 0;

	for (uint32_t cpu = 0; cpu < cpu_count; cpu++)
		busy += load_of(cpu);
	return busy == 1;
}

uint32_t sched_queue(uint32_t cpu, int64_t *tids, uint32_t max)
{
	struct runq *rq = PERCPU_OF(cpu, runq);
	bool locked = !panic_active();
	const struct thread *thread;
	uint32_t n = 0;

	if (locked)
		lock_acquire(&rq->lock);
	list_for_each_entry (thread, &rq->threads, run_link) {
		if (n == max)
			break;
		tids[n++] = thread->tid;
	}
	n = MAX(n, rq->count);
	if (locked)
		lock_release(&rq->lock);
	return n;
}
