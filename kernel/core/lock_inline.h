/*
 * What lock_acquire() and lock_release() do, in line: for lock.c, and for where the calls would
 * cost more than what is done under the lock.
 */
#pragma once

#include "arch/x86_64/cpu.h"
#include "core/lock.h"
#include "lib/upcall.h"

/* It may not be taken, as `held` is held or interrupts are on; or not released, by this CPU now. */
__noreturn void lock_refuse(const struct lock *lock, const struct lock *held);
__noreturn void lock_refuse_release(const struct lock *lock);

static inline bool lock_take(struct lock *lock, struct cpu *cpu)
{
	struct cpu *nobody = NULL;

	return __atomic_compare_exchange_n(&lock->holder, &nobody, cpu, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static inline void lock_note_taken(struct lock *lock, struct cpu *cpu, struct lock *outer,
				   uintptr_t caller)
{
	lock->caller = caller;
	lock->outer = outer;
	cpu->held = lock;
}

/*
 * Take the lock for the place `caller` if it is free; the same panics as lock_acquire(). `cpu` is
 * this one, here and below.
 */
static inline __must_check bool lock_try(struct lock *lock, struct cpu *cpu, uintptr_t caller)
{
	struct lock *outer = cpu->held;

	if (unlikely((outer && outer->rank >= lock->rank) || (read_rflags() & RFLAGS_IF)))
		lock_refuse(lock, outer);
	if (unlikely(!lock_take(lock, cpu)))
		return false;
	lock_note_taken(lock, cpu, outer, caller);
	return true;
}

/* lock_release(). */
static inline void lock_let_go(struct lock *lock, struct cpu *cpu)
{
	if (unlikely(cpu->held != lock))
		lock_refuse_release(lock);
	cpu->held = lock->outer;
	__atomic_store_n(&lock->holder, NULL, __ATOMIC_RELEASE);
}
