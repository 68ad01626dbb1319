// sources: tests/host/tlb_kernel.c tests/host/tlb_model.c kernel/mm/page.c tests/host/host_panic.c
// cflags: -iquote tests/host/model_cpu
/*
 * The kernel's TLB code on model CPUs that forget nothing unless told (tlb_model.h): single
 * properties, then random sequences, in which other CPUs get their turn wherever they could, and
 * planted defects, each of which the model must see.
 */
#include "host_test.h"

#include <ucontext.h>

#include "seed.h"
#include "tlb_model.h"

#define ALL_PAGES (MODEL_TABLES * MODEL_PAGES)
#define STEPS	  300000
#define PAGE	  MODEL_REACH /* the first page of a space */
#define STACK	  (1 << 18)

static uint64_t rnd;
static const char *wrong; /* what the model has seen */

/* Each CPU has a stack, and goes on where it paused when it is its turn again. */
static ucontext_t scheduler, contexts[MODEL_CPUS];
static char stacks[MODEL_CPUS][STACK];
static struct model_space *target[MODEL_CPUS]; /* of a switch that a CPU is in the middle of */

static void pause_cpu(void)
{
	swapcontext(&contexts[this_cpu()->id], &scheduler);
}

static void nobody(void)
{
}

void model_wrong(const char *what, uint64_t va)
{
	if (!wrong)
		fprintf(stderr, "CPU %u, 0x%llx: %s\n", this_cpu()->id, (unsigned long long)va,
			what);
	wrong = what;
	if (model_pause == pause_cpu)
		pause_cpu();
}

static unsigned below(unsigned limit)
{
	return (unsigned)(test_random(&rnd) % limit);
}

/* --- what a CPU may do --- */

static bool is_target(const struct model_space *m)
{
	for (unsigned id = 0; id < MODEL_CPUS; id++) {
		if (target[id] == m)
			return true;
	}
	return false;
}

static struct model_space *active_space(void)
{
	struct space *active = PERCPU(tlb_cpu)->active;

	return active ? (struct model_space *)active : NULL;
}

/* A space that nobody is taking apart, `lock`: nor changing; or NULL. */
static struct model_space *any_space(bool lock)
{
	struct model_space *m = &model_spaces[below(MODEL_SPACES)];

	return m->used && !m->ending && !(lock && m->changing) ? m : NULL;
}

static void access_pages(void)
{
	struct model_space *m = active_space();

	for (int i = 0; m && !m->ending && i < 8; i++)
		model_access(m, model_va(below(ALL_PAGES)), below(2));
}

static void speculate(void)
{
	for (int i = 0; i < 8; i++)
		model_speculate(model_va(below(ALL_PAGES)));
	model_kernel_access(below(MODEL_KERNEL));
}

/* Often to the one that is loaded, as when a process goes on that slept. */
static void switch_space(void)
{
	struct model_space *m = (struct model_space *)PERCPU(tlb_cpu)->loaded;

	if (!m || below(2))
		m = any_space(false);
	if (!m || m->ending)
		return;
	target[this_cpu()->id] = m;
	space_switch(&m->space);
	target[this_cpu()->id] = NULL;
	assert_ptr_equal(PERCPU(tlb_cpu)->loaded, &m->space);
}

static void map(void)
{
	struct model_space *m = any_space(true);

	for (int i = 0; m && i < 12; i++) {
		uint64_t *entry = model_entry(m, model_va(below(ALL_PAGES)), true);
		struct page *page = entry && !*entry ? model_page() : NULL;

		if (page)
			*entry = page_to_paddr(page).raw | MODEL_PRESENT | MODEL_WRITE;
	}
}

/* Do `change` to a few pages or many, as one batch. */
static void change(void (*one)(struct model_space *m, uint64_t va, struct tlb_batch *batch))
{
	struct model_space *m = any_space(true);
	unsigned first = below(ALL_PAGES), n = below(8) ? 1 + below(4) : ALL_PAGES;
	struct tlb_batch batch;

	if (!m)
		return;
	m->changing = true;
	tlb_batch_init(&batch, &m->space);
	for (unsigned i = first; i < MIN(first + n, (unsigned)ALL_PAGES); i++)
		one(m, model_va(i), &batch);
	tlb_batch_finish(&batch);
	m->changing = false;
}

static void protect_page(struct model_space *m, uint64_t va, struct tlb_batch *batch)
{
	uint64_t *entry = model_entry(m, va, false);

	if (!entry || !*entry)
		return;
	*entry &= ~MODEL_WRITE;
	tlb_batch_page(batch, va);
}

/* More rights need no flush, here as in the kernel. */
static void unprotect_page(struct model_space *m, uint64_t va, struct tlb_batch *batch)
{
	uint64_t *entry = model_entry(m, va, false);

	(void)batch;
	if (entry && *entry)
		*entry |= MODEL_WRITE;
}

static void copy_page(struct model_space *m, uint64_t va, struct tlb_batch *batch)
{
	uint64_t *entry = model_entry(m, va, false);
	struct page *copy = entry && *entry ? model_page() : NULL;
	paddr_t old;

	if (!copy)
		return;
	old = PADDR(*entry & ~(PAGE_SIZE - 1));
	*entry = page_to_paddr(copy).raw | MODEL_PRESENT | MODEL_WRITE;
	tlb_batch_free(batch, paddr_to_page(old), va);
}

static struct model_space *child; /* of share_page(), which does not pause */

static void share_page(struct model_space *m, uint64_t va, struct tlb_batch *batch)
{
	uint64_t *source = model_entry(m, va, false), *copy;

	if (m == child || !source || !*source || !(copy = model_entry(child, va, true)))
		return;
	page_get(paddr_to_page(PADDR(*source & ~(PAGE_SIZE - 1))));
	*source &= ~MODEL_WRITE;
	*copy = *source;
	tlb_batch_page(batch, va);
}

static struct model_space *free_place(void)
{
	for (unsigned i = 0; i < MODEL_SPACES; i++) {
		if (!model_spaces[i].used)
			return &model_spaces[i];
	}
	return NULL;
}

/* fork(), or a new space. */
static void create(void)
{
	struct model_space *m = free_place();

	if (!m || !model_create(m) || below(2))
		return;
	child = m;
	change(share_page);
}

static void destroy(void)
{
	struct model_space *m = any_space(true);

	if (!m || is_target(m))
		return;
	m->ending = true;
	if (model_plant != PLANT_NO_EXPEL)
		tlb_expel(&m->space);
	model_destroy(m);
}

static void one_turn(void)
{
	unsigned what = below(100);

	if (what < 20)
		access_pages();
	else if (what < 30)
		speculate();
	else if (what < 45)
		switch_space();
	else if (what < 55)
		space_switch(NULL);
	else if (what < 68)
		map();
	else if (what < 76)
		change(model_unmap);
	else if (what < 82)
		change(protect_page);
	else if (what < 86)
		change(unprotect_page);
	else if (what < 91)
		change(copy_page);
	else if (what < 95)
		create();
	else if (what < 99)
		destroy();
	else
		model_kernel_change(below(MODEL_KERNEL));
}

/* --- whose turn it is --- */

/* A CPU's life: turns, with interrupts in between. */
static void live(void)
{
	for (;;) {
		one_turn();
		pause_cpu();
		if (below(2))
			model_serve();
	}
}

static void begin(bool pcid, bool has_invpcid)
{
	wrong = NULL;
	memset(target, 0, sizeof(target));
	model_pause = nobody;
	model_reset(pcid, has_invpcid);
	for (unsigned id = 0; id < MODEL_CPUS; id++) {
		getcontext(&contexts[id]);
		contexts[id].uc_stack.ss_sp = stacks[id];
		contexts[id].uc_stack.ss_size = STACK;
		makecontext(&contexts[id], live, 0);
	}
}

/* Let the CPUs go on in random order, each up to its next pause; a paused one may walk tables. */
static void run(unsigned steps)
{
	model_pause = pause_cpu;
	for (unsigned i = 0; i < steps && !wrong; i++) {
		unsigned id = below(MODEL_CPUS);

		model_cpu = &model_cpus[id];
		swapcontext(&scheduler, &contexts[id]);
		model_pause = nobody;
		model_cpu = &model_cpus[below(MODEL_CPUS)];
		model_speculate(model_va(below(ALL_PAGES)));
		model_pause = pause_cpu;
	}
	model_pause = nobody;
}

/* --- single properties --- */

/* The others take their interrupts at once. */
static void others_serve(void)
{
	struct cpu *before = model_cpu;

	model_pause = nobody;
	for (unsigned id = 0; id < MODEL_CPUS; id++) {
		model_cpu = &model_cpus[id];
		model_serve();
	}
	model_pause = others_serve;
	model_cpu = before;
}

static bool space_loaded_by(const struct model_space *m, unsigned id)
{
	return tlb_cpu[id].loaded == &m->space;
}

static void on(unsigned id)
{
	model_cpu = &model_cpus[id];
}

/* Two spaces, and nobody who does anything by himself. */
static void two_spaces(struct model_space **a, struct model_space **b)
{
	begin(true, true);
	*a = &model_spaces[0];
	*b = &model_spaces[1];
	assert_true(model_create(*a) && model_create(*b));
	on(0);
}

static void a_space_is_remembered(void **state)
{
	struct model_space *a, *b;

	(void)state;
	two_spaces(&a, &b);
	space_switch(&a->space);
	space_switch(&b->space);
	assert_int_equal(tlb_cpu[0].kept, 0);
	space_switch(&a->space);
	assert_int_equal(tlb_cpu[0].loads, 3);
	assert_int_equal(tlb_cpu[0].kept, 1);
	tlb_flush_range(&b->space, PAGE_SIZE, 2 * PAGE_SIZE, false);
	space_switch(&b->space);
	assert_int_equal(tlb_cpu[0].kept, 1);
	assert_int_equal(tlb_cpu[0].asks, 0);
}

static void a_lazy_cpu_loads_nothing(void **state)
{
	struct model_space *a, *b;

	(void)state;
	two_spaces(&a, &b);
	space_switch(&a->space);
	space_switch(NULL);
	assert_true(space_loaded_by(a, 0));
	space_switch(&a->space);
	assert_int_equal(tlb_cpu[0].loads, 1);
	space_switch(NULL);
	on(1);
	tlb_flush_range(&a->space, PAGE_SIZE, 2 * PAGE_SIZE, false);
	on(0);
	space_switch(&a->space);
	assert_int_equal(tlb_cpu[0].loads, 2);
	assert_int_equal(tlb_cpu[0].kept, 0);
}

/* It is asked, and lets go, when tables are freed; not for pages. */
static void lazy_cpus_are_asked_for_tables(void **state)
{
	struct model_space *a, *b;

	(void)state;
	two_spaces(&a, &b);
	space_switch(&a->space);
	space_switch(NULL);
	on(1);
	space_switch(&a->space);
	tlb_flush_range(&a->space, PAGE_SIZE, 2 * PAGE_SIZE, false);
	assert_int_equal(tlb_cpu[1].asks, 0);
	assert_true(space_loaded_by(a, 0));
	model_pause = others_serve;
	tlb_flush_range(&a->space, PAGE_SIZE, 2 * PAGE_SIZE, true);
	assert_int_equal(tlb_cpu[1].asks, 1);
	assert_int_equal(tlb_cpu[1].asked, 1);
	assert_false(space_loaded_by(a, 0));
	assert_true(space_loaded_by(a, 1));
	on(2);
	tlb_expel(&a->space);
	assert_false(space_loaded_by(a, 1));
	assert_int_equal(a->space.live[0], 0);
}

static void pcids_wrap_without_a_doubt(void **state)
{
	static struct pcids pcids;
	static bool given[PCID_MASK + 1];
	const struct tlb_copy *first = pcid_copy(&pcids, 5);

	(void)state;
	assert_int_equal(first->tag, 1);
	assert_ptr_equal(pcid_copy(&pcids, 5), first);
	given[1] = true;
	for (uint64_t serial = 6; serial < 5 + PCID_MASK; serial++) {
		uint64_t pcid = pcid_copy(&pcids, serial * PCID_COPIES)->tag & PCID_MASK;

		assert_int_equal(pcid_copy(&pcids, serial * PCID_COPIES)->seen, 0);
		assert_false(given[pcid] || pcid == 0);
		given[pcid] = true;
	}
	/* All are given. The next is of another generation, and what was remembered does not count.
	 */
	assert_int_equal(first->tag, 1);
	pcid_copy(&pcids, 6)->seen = 7;
	assert_int_equal(pcid_copy(&pcids, 6)->tag, (PCID_MASK + 1) | 1);
	assert_int_equal(pcid_copy(&pcids, 5)->tag, (PCID_MASK + 1) | 2);
	assert_int_equal(pcid_copy(&pcids, 6)->seen, 7);
}

/* One page of `m`, reached here. */
static void use(struct model_space *m)
{
	uint64_t *entry = model_entry(m, PAGE, true);

	if (!*entry)
		*entry = page_to_paddr(model_page()).raw | MODEL_PRESENT | MODEL_WRITE;
	space_switch(&m->space);
	model_access(m, PAGE, true);
}

static void end(struct model_space *m)
{
	tlb_expel(&m->space);
	model_destroy(m);
}

/*
 * One space stays, remembered by the CPU, while others come and go, until one of them has its PCID;
 * if not `next`, in the same generation of PCIDs.
 */
static void come_back_after_a_round(bool next)
{
	struct model_space *stays, *other;
	struct pcids *pcids = &tlb_cpu[0].pcids;
	uint64_t rounds = 0;

	two_spaces(&stays, &other);
	use(stays);
	end(other);
	do {
		assert_true(model_create(other));
		if (other->space.serial % PCID_COPIES != stays->space.serial % PCID_COPIES) {
			use(other);
			rounds++;
		}
		if (!next)
			pcids->last &= PCID_MASK;
		if (rounds < PCID_MASK)
			end(other);
	} while (rounds < PCID_MASK);
	assert_int_equal((pcids->last ^ tlb_cpu[0].pcids.copies[1].tag) & PCID_MASK, 0);
	use(stays);
}

static void a_pcid_comes_back_after_a_round(void **state)
{
	(void)state;
	come_back_after_a_round(true);
	assert_null(wrong);
	come_back_after_a_round(false);
	assert_non_null(wrong);
	assert_string_equal(wrong, "an address leads where the tables do not");
}

/* --- sequences --- */

static void sequences(bool pcid, bool has_invpcid)
{
	unsigned wrapped = 0;

	begin(pcid, has_invpcid);
	for (unsigned id = 0; pcid && id < MODEL_CPUS; id++)
		tlb_cpu[id].pcids.last = id * PCID_MASK / MODEL_CPUS;
	run(STEPS);
	assert_null(wrong);
	for (unsigned id = 0; id < MODEL_CPUS; id++) {
		const struct tlb_cpu *tlb = &tlb_cpu[id];

		assert_true(tlb->asked >= tlb->asks && tlb->asks > 100);
		assert_true(pcid ? tlb->kept > 100 : tlb->kept == 0);
		wrapped += tlb->pcids.last > PCID_MASK;
	}
	assert_true(pcid ? wrapped > 0 : wrapped == 0);
}

static void sequences_with_pcids(void **state)
{
	(void)state;
	rnd = test_seed("sequences with PCIDs", 5);
	sequences(true, true);
}

static void sequences_without_invpcid(void **state)
{
	(void)state;
	rnd = test_seed("sequences without INVPCID", 6);
	sequences(true, false);
}

static void sequences_without_pcids(void **state)
{
	(void)state;
	rnd = test_seed("sequences without PCIDs", 7);
	sequences(false, false);
}

static void planted_defects_are_seen(void **state)
{
	(void)state;
	rnd = test_seed("planted defects", 8);
	for (int plant = PLANT_NOTHING + 1; plant < PLANTS; plant++) {
		begin(true, true);
		model_plant = (enum plant)plant;
		run(STEPS);
		model_plant = PLANT_NOTHING;
		if (!wrong)
			fail_msg("plant %d was not seen", plant);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_space_is_remembered),
		cmocka_unit_test(a_lazy_cpu_loads_nothing),
		cmocka_unit_test(lazy_cpus_are_asked_for_tables),
		cmocka_unit_test(pcids_wrap_without_a_doubt),
		cmocka_unit_test(a_pcid_comes_back_after_a_round),
		cmocka_unit_test(sequences_with_pcids),
		cmocka_unit_test(sequences_without_invpcid),
		cmocka_unit_test(sequences_without_pcids),
		cmocka_unit_test(planted_defects_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
