#include "mm/tlb.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "lib/upcall.h"
#include "mm/frames.h"

/*
 * A CPU's one outstanding request. It writes the fields, sets its bit in each target's `asked`, and
 * waits until `left` is 0; a target that takes the bit flushes, then counts down.
 */
struct request {
	struct space *space;
	uint64_t start, end;
	uint32_t left; /* atomic: targets that have not flushed yet */
};

static DEFINE_PERCPU(struct request, tlb_request);
static DEFINE_PERCPU(uint64_t, tlb_asked)[CPU_WORDS]; /* atomic: CPUs whose request is for us */

void (*tlb_send_ipi)(uint32_t cpu_id);

static void flush_here(const struct space *space, uint64_t start, uint64_t end)
{
	const struct cpu *cpu = this_cpu();

	if (cpu->pml4.raw != space->root.raw)
		return; /* the load that left it has flushed it */
	if (end - start > TLB_FLUSH_ALL * PAGE_SIZE) {
		write_cr3(cpu->pml4.raw);
		return;
	}
	for (uint64_t va = start; va < end; va += PAGE_SIZE)
		invlpg(va);
}

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

			flush_here(r->space, r->start, r->end);
			__atomic_fetch_sub(&r->left, 1, __ATOMIC_RELEASE);
		}
	}
}

/* Ask every other CPU in `live`; the number asked. */
static void ask(const uint64_t *live, struct request *mine)
{
	uint32_t me = this_cpu()->id;
	unsigned id;

	bitmap_for_each_set(id, live, cpu_count)
	{
		uint64_t *asked;

		if (id == me)
			continue;
		__atomic_fetch_add(&mine->left, 1, __ATOMIC_RELAXED);
		asked = *PERCPU_OF(id, tlb_asked);
		__atomic_fetch_or(&asked[me / 64], 1ULL << (me % 64), __ATOMIC_RELEASE);
		tlb_send_ipi(id);
	}
}

void tlb_flush_range(struct space *space, uint64_t start, uint64_t end)
{
	struct request *mine = PERCPU(tlb_request);
	uint64_t live[CPU_WORDS];
	bool remote = false;

	__atomic_fetch_add(&space->generation, 1, __ATOMIC_SEQ_CST); /* step 2: a full barrier */
	for (unsigned word = 0; word < CPU_WORDS; word++) {
		live[word] = __atomic_load_n(&space->live[word], __ATOMIC_RELAXED);
		remote |= live[word] != 0;
	}
	if (remote && cpu_count > 1) {
		*mine = (struct request){.space = space, .start = start, .end = end};
		ask(live, mine);
	}
	flush_here(space, start, end);
	while (__atomic_load_n(&mine->left, __ATOMIC_ACQUIRE)) {
		cpu_relax();
		smp_poll();
	}
}

static void batch_clear(struct tlb_batch *batch)
{
	batch->start = UINT64_MAX;
	batch->end = 0;
	batch->count = 0;
}

void tlb_batch_init(struct tlb_batch *batch, struct space *space)
{
	batch->space = space;
	batch->live = true;
	batch_clear(batch);
}

void tlb_batch_init_dead(struct tlb_batch *batch, struct space *space)
{
	tlb_batch_init(batch, space);
	batch->live = false;
}

void tlb_batch_defer(struct tlb_batch *batch, struct page *page)
{
	batch->frames[batch->count++] = page;
	if (batch->count == TLB_BATCH_FRAMES)
		tlb_batch_finish(batch);
}

void tlb_batch_finish(struct tlb_batch *batch)
{
	if (batch->live && batch->start < batch->end)
		tlb_flush_range(batch->space, batch->start, batch->end);
	for (unsigned i = 0; i < batch->count; i++)
		frame_put(batch->frames[i]);
	batch_clear(batch);
}
