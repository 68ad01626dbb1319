#include "mm/tlb_cpu.h"

#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/cr.h"
#include "lib/upcall.h"
#include "mm/cr3.h"
#include "mm/kmap.h"

DEFINE_PERCPU(struct tlb_cpu, tlb_cpu);
bool tlb_pcid;

void tlb_init_cpu(void)
{
	if (tlb_pcid)
		write_cr4(read_cr4() | CR4_PCIDE);
}

void tlb_init(bool allowed)
{
	const struct cpu_features *f = &cpu_features;

	tlb_pcid = allowed && f->pcid && f->pge && !f->invlpg_misses_global;
	tlb_init_cpu();
}

void tlb_is_stale(const char *how)
{
	panic("stale TLB of CPU %u: %s", this_cpu()->id, how);
}

/* Without PCIDs every load flushes, so that there is nothing to remember of other spaces. */
static struct tlb_copy *copy_of(struct tlb_cpu *tlb, const struct space *space)
{
	if (tlb_pcid)
		return pcid_copy(&tlb->pcids, space->serial);
	tlb->pcids.copies[0].seen = 0;
	return &tlb->pcids.copies[0];
}

/* The word for CR3 beside the table: the PCID, and whether its translations are kept. */
static uint64_t tag_of(const struct tlb_copy *copy, bool keep)
{
	return (copy->tag & PCID_MASK) | (keep ? CR3_NOFLUSH : 0);
}

static void set_live(struct space *space, uint32_t id)
{
	__atomic_fetch_or(&space->live[id / 64], 1ULL << (id % 64), __ATOMIC_SEQ_CST);
}

static void clear_live(struct space *space, uint32_t id)
{
	__atomic_fetch_and(&space->live[id / 64], ~(1ULL << (id % 64)), __ATOMIC_RELEASE);
}

static void become_lazy(struct tlb_cpu *tlb)
{
	__atomic_store_n(&tlb->active, NULL, __ATOMIC_RELAXED);
}

/* Load CR3 with `space`; what it has of it in `copy` is then right up to `generation`. */
static __noinline void load(struct tlb_cpu *tlb, struct space *space, struct tlb_copy *copy,
			    uint64_t generation)
{
	bool keep = copy->seen == generation;

	cr3_load_checked(space->root, tag_of(copy, keep));
	copy->seen = generation;
	tlb->copy = copy;
	tlb->loads++;
	tlb->kept += keep;
}

/* Steps 1 to 3 of the header. */
static __noinline void switch_to(struct tlb_cpu *tlb, struct space *space)
{
	struct space *old = tlb->loaded;
	uint32_t id = this_cpu()->id;
	uint64_t generation;

	__atomic_store_n(&tlb->active, space, __ATOMIC_RELAXED);
	set_live(space, id); /* the full barrier as well */
	generation = __atomic_load_n(&space->generation, __ATOMIC_ACQUIRE);
	if (old == space) {
#ifdef MUTANT_lazy_generation
		return;
#endif
		if (tlb->copy->seen != generation)
			load(tlb, space, tlb->copy, generation);
		return;
	}
	load(tlb, space, copy_of(tlb, space), generation);
	tlb->loaded = space;
	if (old)
		clear_live(old, id);
}

void space_switch(struct space *space)
{
	struct tlb_cpu *tlb = PERCPU(tlb_cpu);

	if (likely(tlb->active == space))
		return;
	if (space)
		switch_to(tlb, space);
	else
		become_lazy(tlb);
}

/* Take the master's tables; the translations under its PCID are none. */
static void leave(struct tlb_cpu *tlb)
{
	struct space *old = tlb->loaded;

	become_lazy(tlb);
	tlb->loaded = NULL; /* should the check have to tell of something, it comes here no more */
	cr3_load_checked(master_pml4, tlb_pcid ? CR3_NOFLUSH : 0);
	clear_live(old, this_cpu()->id);
}

/* Of all spaces, and the kernel's global ones (SDM 3A 4.10.4.1). */
static void flush_everything(void)
{
	if (cpu_features.invpcid)
		invpcid(INVPCID_ALL_GLOBAL, 0, 0);
	else
		tlb_flush_everything();
}

/* A space that is not loaded waits: its generation is looked at before it is used again. */
static __noinline void flush_inactive(struct tlb_cpu *tlb, const struct tlb_flush *flush)
{
	if (flush->kind == TLB_FLUSH_KERNEL)
		flush_everything();
	else if (tlb->loaded == flush->space)
		leave(tlb);
}

static void flush_pages(const struct tlb_copy *copy, const struct tlb_flush *flush)
{
	uint64_t va = flush->start, end = flush->end;

	/* A space's changes come one after the other, and who uses it is asked for each. */
	if (unlikely(copy->seen + 1 != flush->generation))
		tlb_is_stale("it was not asked for a change of the space that it uses");
	if (end - va > TLB_FLUSH_ALL * PAGE_SIZE) {
		write_cr3(flush->space->root.raw | tag_of(copy, false));
		return;
	}
	for (; va < end; va += PAGE_SIZE)
		invlpg(va);
}

void tlb_flush_here(const struct tlb_flush *flush)
{
	struct tlb_cpu *tlb = PERCPU(tlb_cpu);
	struct tlb_copy *copy = tlb->copy;

	if (unlikely(flush->kind != TLB_FLUSH_PAGES || tlb->active != flush->space)) {
		flush_inactive(tlb, flush);
	} else if (copy->seen < flush->generation) {
		flush_pages(copy, flush);
		copy->seen = flush->generation;
	}
}
