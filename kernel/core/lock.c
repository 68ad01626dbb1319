#include "core/lock.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "core/log.h"
#include "core/standstill.h"
#include "core/symbols.h"
#include "lib/upcall.h"

static DEFINE_PERCPU(uint64_t, contended)[LOCK_RANKS]; /* acquisitions that waited, by rank */

static __noreturn __noinline void refuse(const struct lock *lock, const struct lock *held)
{
	if (read_rflags() & RFLAGS_IF)
		panic("lock '%s' taken with interrupts on", lock->name);
	panic("lock order: taking '%s' (rank %d) while holding '%s' (rank %d, taken in %s)",
	      lock->name, lock->rank, held->name, held->rank, symbol_function(held->caller));
}

static inline bool take(struct lock *lock, struct cpu *cpu)
{
	struct cpu *nobody = NULL;

	return __atomic_compare_exchange_n(&lock->holder, &nobody, cpu, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static inline void note_taken(struct lock *lock, struct cpu *cpu, struct lock *outer,
			      uintptr_t caller)
{
	lock->caller = caller;
	lock->outer = outer;
	cpu->held = lock;
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
	} while (!take(lock, cpu));
	note_taken(lock, cpu, cpu->held, caller);
}

/* Everything uncommon is a call at the end, so that the common way needs no frame of its own. */
void lock_acquire_at(struct lock *lock, uintptr_t caller)
{
	struct cpu *cpu = this_cpu();
	struct lock *outer = cpu->held;

	if (unlikely((outer && outer->rank >= lock->rank) || (read_rflags() & RFLAGS_IF)))
		refuse(lock, outer);
	if (likely(take(lock, cpu)))
		note_taken(lock, cpu, outer, caller);
	else
		wait_and_take(lock, cpu, caller);
}

void lock_release(struct lock *lock)
{
	struct cpu *cpu = this_cpu();

	if (unlikely(cpu->held != lock))
		panic("lock '%s' released out of order or by a CPU that does not hold it (held: "
		      "'%s')",
		      lock->name, cpu->held ? cpu->held->name : "none");
	cpu->held = lock->outer;
	__atomic_store_n(&lock->holder, NULL, __ATOMIC_RELEASE);
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
