#include "mm/tlb_flush.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "lib/upcall.h"
#include "mm/tlb_cpu.h"

/*
 * A CPU's one outstanding request. It writes the flush, sets its bit in each target's `asked`, and
 * waits until `left` is 0; a target that takes the bit flushes, then counts down.
 */
struct request {
	struct tlb_flush flush;
	uint32_t left; /* atomic: targets that have not flushed yet */
};

static DEFINE_PERCPU(struct request, tlb_request);
static DEFINE_PERCPU(uint64_t, tlb_asked)[CPU_WORDS]; /* atomic: CPUs whose request is for us */

void (*tlb_send_ipi)(uint32_t cpu_id);

void tlb_serve(void)
{
	uint64_t *asked = *PERCPU(tlb_asked);

	for (unsigned word = 0; word < BITMAP_WORDS(cpu_count); word++) {
		uint64_t askers;

		if (likely(!__atomic_load_n(&asked[word], __ATOMIC_RELAXED)))
			continue;
		askers = __atomic_exchange_n(&asked[word], 0, __ATOMIC_ACQ_REL);
		for (; askers; askers &= askers - 1) {
			uint32_t id = word * 64 + (uint32_t)__builtin_ctzll(askers);
			struct request *r = PERCPU_OF(id, tlb_request);

			tlb_flush_here(&r->flush);
			__atomic_fetch_sub(&r->left, 1, __ATOMIC_RELEASE);
		}
	}
}

static void ask(uint32_t id, struct request *mine)
{
	uint32_t me = this_cpu()->id;
	uint64_t *asked = *PERCPU_OF(id, tlb_asked);

	__atomic_fetch_add(&mine->left, 1, __ATOMIC_RELAXED);
	__atomic_fetch_or(&asked[me / 64], 1ULL << (me % 64), __ATOMIC_RELEASE);
	tlb_send_ipi(id);
}

/* Does CPU `id`, which has the space loaded, use its user half? */
static bool is_active(uint32_t id, const struct space *space)
{
#ifdef MUTANT_local_flush
	return false;
#endif
	return __atomic_load_n(&PERCPU_OF(id, tlb_cpu)->active, __ATOMIC_RELAXED) == space;
}

/* Step 3 of tlb_cpu.h: ask those that it concerns; their number. */
static uint32_t ask_others(const struct space *space, bool spare_lazy, struct request *mine)
{
	uint32_t me = this_cpu()->id, asked = 0;

	for (unsigned word = 0; word < BITMAP_WORDS(cpu_count); word++) {
		uint64_t live = __atomic_load_n(&space->live[word], __ATOMIC_ACQUIRE);

		for (; live; live &= live - 1) {
			uint32_t id = word * 64 + (uint32_t)__builtin_ctzll(live);

			if (id == me || (spare_lazy && !is_active(id, space)))
				continue;
			ask(id, mine);
			asked++;
		}
	}
	return asked;
}

/* Wait for those that were asked, and count them. */
static __noinline void wait_for(uint32_t asked, const struct request *mine)
{
	struct tlb_cpu *tlb = PERCPU(tlb_cpu);

	tlb->asks++;
	tlb->asked += asked;
	while (__atomic_load_n(&mine->left, __ATOMIC_ACQUIRE)) {
		cpu_relax();
		smp_poll();
	}
}

/* Flush on the CPUs where the space is live, here while the others do. */
static __noinline void flush_all(const struct tlb_flush *flush, bool spare_lazy)
{
	struct request *mine = PERCPU(tlb_request);
	uint32_t asked;

	mine->flush = *flush;
	asked = ask_others(flush->space, spare_lazy, mine);
	tlb_flush_here(flush);
	if (asked)
		wait_for(asked, mine);
}

static inline bool others_live(const struct space *space)
{
	uint32_t me = this_cpu()->id;

	for (unsigned word = 0; word < BITMAP_WORDS(cpu_count); word++) {
		uint64_t mine = word == me / 64 ? 1ULL << (me % 64) : 0;

		if (__atomic_load_n(&space->live[word], __ATOMIC_ACQUIRE) & ~mine)
			return true;
	}
	return false;
}

static inline void flush_space(const struct tlb_flush *flush, bool spare_lazy)
{
	if (others_live(flush->space))
		flush_all(flush, spare_lazy);
	else
		tlb_flush_here(flush);
}

void tlb_flush_range(struct space *space, uint64_t start, uint64_t end, bool tables)
{
	struct tlb_flush flush = {TLB_FLUSH_PAGES, space, start, end, 0};

	/* Step 2 of tlb_cpu.h: a full barrier. */
	flush.generation = __atomic_add_fetch(&space->generation, 1, __ATOMIC_SEQ_CST);
	flush_space(&flush, !tables);
}

void tlb_expel(struct space *space)
{
	struct tlb_flush flush = {.kind = TLB_FLUSH_LEAVE, .space = space};
	bool spare_lazy = false;

#ifdef MUTANT_keep_lazy
	spare_lazy = true;
#endif
	flush_space(&flush, spare_lazy);
}

void tlb_flush_kernel(void)
{
	struct request *mine = PERCPU(tlb_request);
	uint32_t me = this_cpu()->id, asked = 0;

	mine->flush = (struct tlb_flush){.kind = TLB_FLUSH_KERNEL};
	for (uint32_t id = 0; id < cpu_count; id++) {
		if (id == me || !cpu_by_id(id)->online)
			continue;
		ask(id, mine);
		asked++;
	}
	tlb_flush_here(&mine->flush);
	if (asked)
		wait_for(asked, mine);
}

void tlb_count(struct tlb_counts *counts)
{
	*counts = (struct tlb_counts){0};
	for (uint32_t id = 0; id < cpu_count; id++) {
		const struct tlb_cpu *tlb = PERCPU_OF(id, tlb_cpu);

		counts->loads += tlb->loads;
		counts->kept += tlb->kept;
		counts->rounds += tlb->pcids.last >> PCID_BITS;
		counts->asks += tlb->asks;
		counts->asked += tlb->asked;
	}
}
