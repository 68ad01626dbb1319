#include "proc/thread.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/fpu.h"
#include "arch/x86_64/segments.h"
#include "arch/x86_64/vectors.h"
#include "core/delay.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/slab.h"

static struct slab_cache thread_cache, fpu_cache;

void threads_init(void)
{
	slab_init(&thread_cache, "thread", sizeof(struct thread), 16);
	slab_init_constructed(&fpu_cache, "fpu", fpu_state_size(), FPU_ALIGN, fpu_init_state);
}

struct thread *thread_create(struct process *process)
{
	struct thread *thread = slab_alloc(&thread_cache);

	if (!thread)
		return NULL;
	if (process) {
		thread->fpu = slab_alloc(&fpu_cache);
		if (!thread->fpu) {
			slab_free(&thread_cache, thread);
			return NULL;
		}
	}
	thread->state = THREAD_RUNNABLE;
	thread->process = process;
	memset(thread->affinity, 0xff, sizeof(thread->affinity));
	list_init(&thread->run_link);
	list_init(&thread->process_link);
	return thread;
}

void thread_free(struct thread *thread)
{
	if (thread->owner)
		panic("thread %ld freed while CPU %u runs it", thread->tid, thread->owner->id);
	if (thread->fpu)
		slab_free(&fpu_cache, thread->fpu);
	slab_free(&thread_cache, thread);
}

/* The CPU that runs the thread, if any, looks at the bits in its exit loop: make it come there. */
void thread_set_work(struct thread *thread, uint32_t bits)
{
	struct cpu *owner;

	__atomic_fetch_or(&thread->work, bits, __ATOMIC_SEQ_CST);
	owner = __atomic_load_n(&thread->owner, __ATOMIC_SEQ_CST);
	if (owner && owner != this_cpu())
		apic_send_ipi(owner->apic_id, VECTOR_RESCHED);
}

void thread_clear_work(struct thread *thread, uint32_t bits)
{
	__atomic_fetch_and(&thread->work, ~bits, __ATOMIC_RELAXED);
}

void thread_prepare_wait(struct thread *thread)
{
	__atomic_store_n(&thread->state, THREAD_WAITING, __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&thread->work, THREAD_WORK_STATE, __ATOMIC_RELAXED);
	delay_point("waiting");
}

void thread_cancel_wait(struct thread *thread)
{
	for (size_t i = 0; i < ARRAY_SIZE(thread->waiters); i++)
		waitq_remove(&thread->waiters[i]);
	/* Even when it has expired: its callback may still be running, on another CPU. */
	if (thread->timer.expired)
		timer_cancel(&thread->timer);
	thread->timer.expired = NULL;
	__atomic_store_n(&thread->state, THREAD_RUNNING, __ATOMIC_SEQ_CST);
	thread_clear_work(thread, THREAD_WORK_STATE);
}

static void time_is_up(struct timer *timer)
{
	thread_wake(container_of(timer, struct thread, timer));
}

void thread_wake_at(struct thread *thread, uint64_t ns)
{
	timer_set(&thread->timer, ns, time_is_up);
}

/* With CPU_WORK_LOAD set the CPU holds another thread's state, and the structure the right one. */
void thread_save_state(struct thread *thread)
{
	if (!thread->fpu || (this_cpu()->work & CPU_WORK_LOAD))
		return;
	fpu_save(thread->fpu);
	thread->selectors = selectors_read();
	thread->fs_base = fsbase_read();
	thread->gs_base = gsbase_read();
}

/* Selectors before bases: loading FS or GS changes the base (SDM 3A 3.4.4.1). */
void thread_load_state(struct thread *thread)
{
	fpu_restore(thread->fpu);
	selectors_write(thread->selectors);
	fsbase_write(thread->fs_base);
	gsbase_write(thread->gs_base);
}

void thread_reset_state(struct thread *thread)
{
	fpu_init_state(thread->fpu);
	thread->selectors = (struct selectors){0};
	thread->fs_base = 0;
	thread->gs_base = 0;
	this_cpu()->work |= CPU_WORK_LOAD;
}
