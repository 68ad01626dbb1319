/*
 * Races on one address space: a CPU unmaps, protects and forks its pages, one of them in a large
 * page that is split, made of its parts again and made anew, while the others read and write them
 * by user copies. A CPU that goes on with an old translation is caught
 * - by a page that was unmapped: its frame, kept from being freed, is filled with a pattern that no
 *   CPU may read, and that must still be there when it is given back;
 * - by a page that was made read-only: it changes no more;
 * - by what a forked space has of a page: it does not change with the parent's;
 * - by what a page's writer has told to be in it: who looks afterwards finds that or something
 *   newer.
 */
#include "abi/mman.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "core/log.h"
#include "core/standstill.h"
#include "core/verdict.h"
#include "ktest/ktest.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/census.h"
#include "mm/collapse.h"
#include "mm/large.h"
#include "mm/phys.h"
#include "mm/tlb_cpu.h"
#include "mm/tlb_flush.h"
#include "mm/umap.h"
#include "proc/drop_space.h"
#include "proc/ktask.h"
#include "proc/usercopy.h"

#define PAGES	   8
#define NEIGHBOURS 4 /* of these; the others have tables of their own, which go with the page */
#define IN_LARGE   7 /* one that is in the middle of a large page, until that is split */
#define FIRST_VA   0x40000000UL
#define POISON	   0xdeadf4eedeadf4eeUL
#define KEPT	   16	/* poisoned frames that are kept a while */
#define ACCESSES   8	/* in a turn */
#define LAZY	   2000 /* looks whether something has changed */
#define LOOKS	   200	/* at a page that must not change, at most, */
#define TURNS	   2	/* and until each CPU has had so many turns */
#define RW	   (PROT_READ | PROT_WRITE)

static struct {
	uint32_t version;   /* atomic: odd while it is unmapped, or read-only */
	uint64_t published; /* atomic: version << 32 | what its writer has put there since */
	uint64_t number;    /* its writer's: goes up with each write */
} pages[PAGES];

static struct space *space;
static struct page *kept[KEPT];
static uint64_t rounds, accesses, refused, collapsed;
static uint32_t cpus[CPU_MAX], cpu_total, running; /* those that read and write */
static bool stop;

static uint64_t page_va(unsigned p)
{
	uint64_t va = FIRST_VA + (p < NEIGHBOURS ? p * PAGE_SIZE : p * LARGE_SIZE);

	return p == IN_LARGE ? va + LARGE_SIZE / 2 : va;
}

/* Different on every CPU, which is all that is asked of it. */
static unsigned any(unsigned limit)
{
	static DEFINE_PERCPU(uint32_t, state);

	*PERCPU(state) = *PERCPU(state) * 1664525 + 1013904223 + this_cpu()->id;
	return (*PERCPU(state) >> 8) % limit;
}

/* --- the CPUs that read and write --- */

static uint32_t version_of(unsigned p)
{
	return __atomic_load_n(&pages[p].version, __ATOMIC_ACQUIRE);
}

static void read_page(unsigned p)
{
	uint64_t told = __atomic_load_n(&pages[p].published, __ATOMIC_ACQUIRE), found;
	uint32_t version = version_of(p);

	if (copy_from_user(&found, UADDR(page_va(p)), sizeof(found))) {
		__atomic_fetch_add(&refused, 1, __ATOMIC_RELAXED);
		return;
	}
	if (found == POISON)
		tlb_is_stale("it reads a page that was freed");
	if (version == version_of(p) && !(version & 1) && told >> 32 == version &&
	    found < (uint32_t)told)
		tlb_is_stale("it reads what was overwritten");
}

static void write_page(unsigned p)
{
	uint64_t number = ++pages[p].number;
	uint32_t version = version_of(p);

	if (copy_pair_to_user(UADDR(page_va(p)), number, number))
		__atomic_fetch_add(&refused, 1, __ATOMIC_RELAXED);
	else if (version == version_of(p))
		__atomic_store_n(&pages[p].published, (uint64_t)version << 32 | number,
				 __ATOMIC_RELEASE);
}

/* Where one host thread emulates all CPUs, the pause is what lets the others go on. */
static void let_others_go_on(void)
{
	cpu_relax();
	smp_poll();
}

/* Lazy until something has changed, or for a while. */
static void stay_lazy(void)
{
	uint64_t before = __atomic_load_n(&rounds, __ATOMIC_RELAXED);

	for (unsigned i = 0; i < LAZY; i++) {
		if (__atomic_load_n(&rounds, __ATOMIC_RELAXED) > before + 1)
			return;
		let_others_go_on();
	}
}

/* Sometimes without the space, which the CPU has loaded all the same if nothing else ran. */
static sysret_t access_turn(struct thread *task)
{
	if (__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		task->space = NULL;
		__atomic_fetch_sub(&running, 1, __ATOMIC_RELEASE);
		thread_prepare_wait(task);
		return SYS_BLOCKED;
	}
	if (!task->space)
		stay_lazy();
	for (unsigned i = 0; task->space && i < ACCESSES; i++) {
		unsigned p = any(PAGES);

		if (cpus[p % cpu_total] == this_cpu()->id)
			write_page(p);
		else
			read_page(p);
	}
	__atomic_fetch_add(&accesses, task->space ? ACCESSES : 0, __ATOMIC_RELAXED);
	task->space = any(8) ? space : NULL;
	let_others_go_on();
	return SYS_AGAIN;
}

/* --- the CPU that changes the pages --- */

/* The frame behind an address, with a reference; NULL when it has none, or not alone. */
static struct page *frame_at(struct space *of, uint64_t va)
{
	struct page *page = NULL;
	const pte_t *entry;

	lock_acquire(&of->lock);
	entry = umap_find(of, va);
	if (entry && !(*entry & PTE_LARGE)) {
		page = paddr_to_page(pte_frame(*entry));
		page_get(page);
	}
	lock_release(&of->lock);
	return page;
}

static volatile uint64_t *words_of(const struct page *page)
{
	return page_to_virt(page);
}

static void give_back(struct page *page)
{
	for (unsigned i = 0; i < PAGE_SIZE / sizeof(uint64_t); i++) {
		if (words_of(page)[i] != POISON)
			tlb_is_stale("another has written a page that was freed");
	}
	frame_put(page);
}

/* The page of zeros, which others have too, is given back as it is. */
static void poison(struct page *page)
{
	static unsigned next;

	if (page->type != PAGE_ANON || page_refs(page) != 1) {
		frame_put(page);
		return;
	}
	for (unsigned i = 0; i < PAGE_SIZE / sizeof(uint64_t); i++)
		words_of(page)[i] = POISON;
	if (kept[next])
		give_back(kept[next]);
	kept[next] = page;
	next = (next + 1) % KEPT;
}

static void unmap(uint64_t va, uint64_t size)
{
	uint64_t cursor = 0;
	sysret_t result;

	do
		result = space_munmap(space, va, size, &cursor);
	while (result == SYS_AGAIN);
	if (result)
		panic("tlb-races: 0x%lx is not unmapped", va);
}

static void map(uint64_t va, uint64_t size)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

	if (space_mmap(space, va, size, RW, flags, NULL, 0) < 0)
		panic("tlb-races: 0x%lx is not mapped", va);
}

static void remap_page(unsigned p)
{
	struct page *page = frame_at(space, page_va(p));

	unmap(page_va(p), PAGE_SIZE);
	if (page)
		poison(page);
	map(page_va(p), PAGE_SIZE);
}

/* A large page around it, where there were small ones, some of them unmapped. */
static void make_large(unsigned p)
{
	uint64_t va = ALIGN_DOWN(page_va(p), LARGE_SIZE);
	struct page *block = large_alloc();

	unmap(va, LARGE_SIZE);
	map(va, LARGE_SIZE);
	if (!block)
		return;
	memset(page_to_virt(block), 0, LARGE_SIZE);
	if (!space_map_large(space, va, block))
		large_put(block);
}

/* The same contents in a large page again: copies of them, */
static void collapse(unsigned p)
{
	uint64_t va = ALIGN_DOWN(page_va(p), LARGE_SIZE);
	struct collapse state = {.at = va, .end = va + LARGE_SIZE};
	struct large_block block = {0};
	sysret_t result;

	do {
		result = space_collapse(space, &state, &block);
		smp_poll();
	} while (result == SYS_AGAIN);
	large_block_drop(&block);
	collapsed += result == 0;
}

/* or the block that they are still in, if they are; at first only the page is mapped. */
static void merge(unsigned p)
{
	uint64_t va = ALIGN_DOWN(page_va(p), LARGE_SIZE), cursor = 0;
	sysret_t result;

	do
		result = space_mprotect(space, va, LARGE_SIZE, RW, &cursor);
	while (result == SYS_AGAIN);
	if (result && result != -ENOMEM)
		panic("tlb-races: the block of page %u is not protected", p);
}

static void protect(unsigned p, int prot)
{
	uint64_t cursor = 0;

	if (space_mprotect(space, page_va(p), PAGE_SIZE, prot, &cursor))
		panic("tlb-races: page %u is not protected", p);
}

/* The page's first word stays what it is while the others go on. */
static void watch(const struct page *page, const char *what)
{
	uint64_t before = *words_of(page);
	uint64_t enough = __atomic_load_n(&accesses, __ATOMIC_RELAXED) +
			  (uint64_t)TURNS * cpu_total * ACCESSES;

	for (unsigned i = 0; i < LOOKS && __atomic_load_n(&accesses, __ATOMIC_RELAXED) < enough;
	     i++) {
		if (*words_of(page) != before)
			tlb_is_stale(what);
		let_others_go_on();
	}
}

static void freeze_page(unsigned p)
{
	struct page *page;

	protect(p, PROT_READ);
	page = frame_at(space, page_va(p));
	if (page) {
		watch(page, "another has written a page that is read-only");
		frame_put(page);
	}
	protect(p, RW);
}

static void fork_space(unsigned p)
{
	struct space *child = space_create();
	uint64_t cursor = 0;
	struct page *page;

	while (child && space_fork_chunk(space, child, &cursor) == SYS_AGAIN)
		;
	page = child ? frame_at(child, page_va(p)) : NULL;
	if (page) {
		watch(page, "another has written a page of a forked space");
		frame_put(page);
	}
	if (child && space_put(child)) {
		while (drop_space(child))
			;
	}
}

static void change_page(unsigned p)
{
	unsigned what = any(p == IN_LARGE ? 7 : 4);

	if (what == 3 || what >= 5) {
		if (what == 3)
			fork_space(p);
		else if (what == 5)
			collapse(p);
		else
			merge(p);
		return;
	}
	__atomic_fetch_add(&pages[p].version, 1, __ATOMIC_ACQ_REL);
	if (what == 0)
		freeze_page(p);
	else if (what == 4)
		make_large(p);
	else
		remap_page(p);
	__atomic_fetch_add(&pages[p].version, 1, __ATOMIC_ACQ_REL);
}

static void hold_census(void)
{
	uint64_t found;

	while (!standstill_begin(NULL))
		smp_poll();
	found = census();
	standstill_end();
	if (found)
		panic("tlb-races: the census found %lu things wrong", found);
	log_line("census: all is accounted for");
}

static __noreturn void finish(void)
{
	struct tlb_counts counts;

	for (unsigned i = 0; i < KEPT && kept[i]; i++)
		give_back(kept[i]);
	if (space_put(space)) {
		while (drop_space(space))
			;
	}
	hold_census();
	tlb_count(&counts);
	log_line("tlb-races: %lu changes, %lu accesses, %lu refused, %lu flushes asked %lu CPUs, "
		 "%lu blocks collapsed",
		 ktest_rounds, accesses, refused, counts.asks, counts.asked, collapsed);
	log_flush();
	verdict_send(VERDICT_EXIT, 0, NULL);
	verdict_end();
	cpu_halt_forever();
}

/* Now and then with the space in its own TLB as well. */
static sysret_t change_turn(struct thread *task)
{
	unsigned p = any(PAGES);

	if (rounds == ktest_rounds) {
		task->space = NULL;
		__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
		if (!__atomic_load_n(&running, __ATOMIC_ACQUIRE))
			finish();
		let_others_go_on();
		return SYS_AGAIN;
	}
	if (task->space)
		read_page(p);
	change_page(p);
	if (task->space)
		read_page(p);
	task->space = any(2) ? space : NULL;
	__atomic_fetch_add(&rounds, 1, __ATOMIC_RELAXED);
	return SYS_AGAIN;
}

/* Ends the machine, with status 0. */
static void tlb_races(uint32_t cpu)
{
	space = space_create();
	ASSERT(space);
	for (unsigned p = 0; p < PAGES; p++)
		map(page_va(p), PAGE_SIZE);
	for (uint32_t id = 0; id < cpu_count; id++) {
		if (cpu_by_id(id)->online && (id != cpu || cpu_count == 1))
			cpus[cpu_total++] = id;
	}
	running = cpu_total;
	for (uint32_t i = 0; i < cpu_total; i++)
		ASSERT(ktask_start_on("access", access_turn, cpus[i]));
	ASSERT(ktask_start_on("change", change_turn, cpu));
}
KTEST("tlb-races", tlb_races);
