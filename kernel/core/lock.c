#include "core/lock_inline.h"

#include "arch/x86_64/cr.h"
#include "core/log.h"
#include "core/standstill.h"
#include "core/symbols.h"

static DEFINE_PERCPU(uint64_t, contended)[LOCK_RANKS]; /* acquisitions that waited, by rank */

void lock_refuse(const struct lock *lock, const struct lock *held)
{
	if (read_rflags() & RFLAGS_IF)
		panic("lock '%s' taken with interrupts on", lock->name);
	panic("lock order: taking '%s' (rank %d) while holding '%s' (rank %d, taken in %s)",
	      lock->name, lock->rank, held->name, held->rank, symbol_function(held->caller));
}

void lock_refuse_release(const struct lock *lock)
{
	const struct lock *held = this_cpu()->held;

	panic("lock '%s' released out of order or by a CPU that does not hold it (held: '%s')",
	      lock->name, held ? held->name : "none");
}

static __noinline void wait_and_take(struct lock *lock, struct cpu *cpu, uintptr_t caller)
{
	__atomic_fetch_add(&lock->contended, 1, __ATOMIC_RELAXED);
	(*PERCPU(contended))[lock->rank]++;
	do {
		while (__atomic_load_n(&lock->holder, __ATOMIC_RELAXED)) {
			cpu_relax();
			smp_poll();
#ifdef MUTANT_stand_in_spin
			standstill_serve();
#endif
		}
	} while (!lock_take(lock, cpu));
	lock_note_taken(lock, cpu, cpu->held, caller);
}

/* Everything uncommon is a call at the end, so that the common way needs no frame of its own. */
void lock_acquire_at(struct lock *lock, uintptr_t caller)
{
	struct cpu *cpu = this_cpu();

	if (unlikely(!lock_try(lock, cpu, caller)))
		wait_and_take(lock, cpu, caller);
}

void lock_release(struct lock *lock)
{
	lock_let_go(lock, this_cpu());
}

bool lock_held(const struct lock *lock)
{
	return lock->holder == this_cpu();
}

uint64_t locks_contended(enum lock_rank rank)
{
	uint64_t sum = 0;

	for (uint32_t cpu = 0; cpu < cpu_count; cpu++) {
		for (enum lock_rank r = RANK_NONE; r < LOCK_RANKS; r++)
			sum += r == rank || rank == RANK_NONE ? (*PERCPU_OF(cpu, contended))[r] : 0;
	}
	return sum;
}

void locks_assert_none(void)
{
	const struct lock *held = this_cpu()->held;

	if (unlikely(held))
		panic("lock held at exit: '%s' (taken in %s)", held->name,
		      symbol_function(held->caller));
}

void locks_print(uint32_t cpu_id)
{
	const struct lock *lock = cpu_by_id(cpu_id)->held;

	for (int depth = 0; lock && depth < RANK_LOG + 1; depth++) {
		log_line("  holds lock '%s', taken in %s", lock->name,
			 symbol_function(lock->caller));
		lock = lock->outer;
	}
}
