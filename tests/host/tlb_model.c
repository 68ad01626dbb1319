// cflags: -iquote tests/host/model_cpu
#include "tlb_model.h"

#include <string.h>

#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/cr.h"
#include "lib/upcall.h"
#include "mm/cr3.h"
#include "mm/frame_run.h"
#include "mm/kmap.h"

#define PCIDS	     (1UL << PCID_BITS)
#define ADDRESS	     0x000ffffffffff000UL
#define ALL_PAGES    (MODEL_TABLES * MODEL_PAGES)
#define MASTER	     1 /* frame of the master's root */
#define FIRST_FRAME  2
#define GLOBAL_TABLE 0x1000000 /* what kernel entries are numbered from */

/* What one CPU holds, by PCID: entries as they were found, 0: none. */
static struct {
	uint64_t cr3, cr4;
	uint64_t page[PCIDS][ALL_PAGES];
	uint64_t table[PCIDS][MODEL_TABLES];
	uint64_t kernel[MODEL_KERNEL];
} tlbs[MODEL_CPUS];

static uint64_t memory[MODEL_FRAMES][MODEL_PAGES]; /* entries of the tables */
static struct page pages[MODEL_FRAMES];
static uint32_t free_frames[MODEL_FRAMES], free_count;
static uint64_t kernel_half[MODEL_KERNEL];
static bool kernel_changing;
static uint64_t serials;

struct page *frame_table = pages;
struct cpu model_cpus[MODEL_CPUS];
_Thread_local struct cpu *model_cpu;
uint32_t cpu_count = MODEL_CPUS;
struct cpu_features cpu_features;
paddr_t master_pml4 = {MASTER << PAGE_SHIFT};
enum plant model_plant;
struct model_space model_spaces[MODEL_SPACES];
void (*model_pause)(void);

/* --- the CPU: what the kernel's code tells it --- */

static bool asked[MODEL_CPUS]; /* it is serving another CPU's request */

static uint64_t pcid_now(void)
{
	uint32_t id = this_cpu()->id;

	return tlbs[id].cr4 & CR4_PCIDE ? tlbs[id].cr3 & PCID_MASK : 0;
}

uint64_t read_cr4(void)
{
	return tlbs[this_cpu()->id].cr4;
}

void write_cr4(uint64_t value)
{
	tlbs[this_cpu()->id].cr4 = value;
}

static void drop_pcid(uint32_t id, uint64_t pcid)
{
	memset(tlbs[id].page[pcid], 0, sizeof(tlbs[id].page[pcid]));
	memset(tlbs[id].table[pcid], 0, sizeof(tlbs[id].table[pcid]));
}

void write_cr3(uint64_t value)
{
	uint32_t id = this_cpu()->id;
	bool pcide = tlbs[id].cr4 & CR4_PCIDE, keep = value & CR3_NOFLUSH;

	if (!pcide && value != (value & ADDRESS))
		model_wrong("bits in CR3 without PCIDs", value);
	keep |= model_plant == PLANT_KEPT_PCID && pcide;
	keep |= model_plant == PLANT_ASKED_CR3 && asked[id];
	tlbs[id].cr3 = value & ~CR3_NOFLUSH;
	if (!keep)
		drop_pcid(id, pcid_now());
}

void cr3_load_checked(paddr_t root, uint64_t tag)
{
	model_pause();
	write_cr3(root.raw | tag);
	model_pause();
}

static unsigned table_of(uint64_t va)
{
	return (unsigned)(va / MODEL_REACH) - 1;
}

static unsigned page_of(uint64_t va)
{
	return table_of(va) * MODEL_PAGES + (unsigned)(va % MODEL_REACH / PAGE_SIZE);
}

uint64_t model_va(unsigned i)
{
	return (i / MODEL_PAGES + 1) * MODEL_REACH + i % MODEL_PAGES * PAGE_SIZE;
}

/* Of the tables that it knows it drops only the one on the way, which is the least it may. */
void invlpg(uint64_t va)
{
	uint32_t id = this_cpu()->id;

	model_pause();
	if (asked[id] && model_plant == PLANT_LOCAL_FLUSH)
		return;
	if (table_of(va) >= MODEL_TABLES || va % MODEL_REACH / PAGE_SIZE >= MODEL_PAGES)
		return;
	tlbs[id].page[pcid_now()][page_of(va)] = 0;
	tlbs[id].table[pcid_now()][table_of(va)] = 0;
}

static void drop_all(void)
{
	uint32_t id = this_cpu()->id;

	memset(tlbs[id].page, 0, sizeof(tlbs[id].page));
	memset(tlbs[id].table, 0, sizeof(tlbs[id].table));
	memset(tlbs[id].kernel, 0, sizeof(tlbs[id].kernel));
}

void invpcid(uint64_t type, uint64_t pcid, uint64_t va)
{
	if (!cpu_features.invpcid || type != INVPCID_ALL_GLOBAL || pcid || va)
		model_wrong("INVPCID that the CPU does not have", type);
	drop_all();
}

void tlb_flush_everything(void)
{
	drop_all();
}

static void send(uint32_t id)
{
	if (id == this_cpu()->id || id >= cpu_count)
		model_wrong("IPI to nobody", id);
	model_pause();
}

void model_serve(void)
{
	uint32_t id = this_cpu()->id;

	asked[id] = true;
	tlb_serve();
	asked[id] = false;
}

void smp_poll(void)
{
	model_serve();
	model_pause();
}

/* --- memory --- */

static struct page *take_frame(enum page_type type)
{
	struct page *page;

	if (!free_count)
		return NULL;
	page = &pages[free_frames[--free_count]];
	*page = (struct page){.type = (uint8_t)type};
	memset(memory[page - pages], 0, sizeof(memory[0]));
	return page;
}

/* The frame that is given back last is taken first, by whoever comes. */
void frame_free(struct page *page)
{
	if (page->type <= PAGE_FREE)
		model_wrong("a frame is freed twice", (uint64_t)(page - pages));
	page->type = PAGE_FREE;
	free_frames[free_count++] = (uint32_t)(page - pages);
}

void frame_put_unusual(struct page *page)
{
	if (page_refs(page) == 0 || page_put_unusual(page))
		frame_free(page);
}

unsigned frames_put(struct page *const *frames, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		frame_put(frames[i]);
	return count;
}

/* There are no large pages here. */
void large_put(struct page *head)
{
	model_wrong("a large page is freed", (uint64_t)(head - pages));
}

struct page *model_page(void)
{
	return take_frame(PAGE_ANON);
}

static struct page *frame_of(uint64_t entry)
{
	return &pages[(entry & ADDRESS) >> PAGE_SHIFT];
}

static uint64_t *entries_of(uint64_t entry)
{
	return memory[(entry & ADDRESS) >> PAGE_SHIFT];
}

bool model_create(struct model_space *m)
{
	struct page *root = take_frame(PAGE_TABLE);

	if (!root)
		return false;
	/* In the same memory as some space before, as a slab would have it. */
	*m = (struct model_space){.used = true};
	m->space.root = page_to_paddr(root);
	m->space.serial = ++serials;
	m->space.generation = 1;
	return true;
}

uint64_t *model_entry(struct model_space *m, uint64_t va, bool make)
{
	uint64_t *entry = &entries_of(m->space.root.raw)[table_of(va)];

	if (!*entry) {
		struct page *table = make ? take_frame(PAGE_TABLE) : NULL;

		if (!table)
			return NULL;
		*entry = page_to_paddr(table).raw | MODEL_PRESENT;
	}
	return &entries_of(*entry)[va % MODEL_REACH / PAGE_SIZE];
}

static bool is_empty(const uint64_t *entries)
{
	for (unsigned i = 0; i < MODEL_PAGES; i++) {
		if (entries[i])
			return false;
	}
	return true;
}

void model_unmap(struct model_space *m, uint64_t va, struct tlb_batch *batch)
{
	uint64_t *entry = model_entry(m, va, false);
	uint64_t *above = &entries_of(m->space.root.raw)[table_of(va)], old;

	if (!entry || !*entry)
		return;
	old = *entry;
	if (model_plant == PLANT_EARLY_FLUSH) {
		tlb_batch_page(batch, va);
		tlb_batch_finish(batch);
		model_pause();
		*entry = 0;
		frame_put(frame_of(old));
	} else {
		*entry = 0;
		tlb_batch_free(batch, frame_of(old), va);
	}
	if (!is_empty(entries_of(*above)))
		return;
	old = *above;
	*above = 0;
	if (model_plant == PLANT_HIDDEN_TABLES)
		tlb_batch_free(batch, frame_of(old), va);
	else
		tlb_batch_free_table(batch, frame_of(old), va);
}

void model_destroy(struct model_space *m)
{
	struct tlb_batch batch;

	for (unsigned word = 0; word < CPU_WORDS; word++) {
		if (m->space.live[word] && model_plant != PLANT_NO_EXPEL)
			model_wrong("a space is live at its end", word);
	}
	tlb_batch_init_dead(&batch, &m->space);
	for (unsigned i = 0; i < ALL_PAGES; i++)
		model_unmap(m, model_va(i), &batch);
	tlb_batch_finish(&batch);
	frame_free(frame_of(m->space.root.raw));
	m->used = false;
}

/* --- what a CPU does --- */

static uint64_t *live_entries(uint64_t table, uint64_t va)
{
	if (frame_of(table)->type != PAGE_TABLE)
		model_wrong("a walk through a table that is free", va);
	return entries_of(table);
}

/* The translation of `va` by what CR3 holds: from the TLB, or by a walk that fills it. 0: none. */
static uint64_t translate(uint64_t va)
{
	uint32_t id = this_cpu()->id;
	uint64_t *known = &tlbs[id].page[pcid_now()][page_of(va)];
	uint64_t *table = &tlbs[id].table[pcid_now()][table_of(va)];

	if (*known)
		return *known;
	if (!*table)
		*table = live_entries(tlbs[id].cr3, va)[table_of(va)];
	if (*table)
		*known = live_entries(*table, va)[va % MODEL_REACH / PAGE_SIZE];
	return *known;
}

void model_speculate(uint64_t va)
{
	translate(va);
}

void model_access(struct model_space *m, uint64_t va, bool write)
{
	const uint64_t *entry = model_entry(m, va, false);
	uint64_t now = entry ? *entry : 0, used = translate(va);

	if (!used)
		return; /* a fault, whatever the tables say by now */
	if (frame_of(used)->type != PAGE_ANON)
		model_wrong("a frame that is free is reached", va);
	if (m->changing)
		return;
	if (!now || (used & ADDRESS) != (now & ADDRESS))
		model_wrong("an address leads where the tables do not", va);
	if (write && (used & MODEL_WRITE) && !(now & MODEL_WRITE))
		model_wrong("a page is written that is read-only", va);
	/* A fault: the tables allow more than the TLB knows (fault.c). */
	if (write && !(used & MODEL_WRITE) && (now & MODEL_WRITE))
		invlpg(va);
}

void model_kernel_access(unsigned i)
{
	uint64_t *known = &tlbs[this_cpu()->id].kernel[i];

	if (!*known)
		*known = kernel_half[i];
	if (*known != kernel_half[i] && !kernel_changing)
		model_wrong("an address of the kernel half leads elsewhere", i);
}

void model_kernel_change(unsigned i)
{
	if (kernel_changing)
		return;
	kernel_changing = true;
	kernel_half[i] += MODEL_KERNEL;
	tlb_flush_kernel();
	kernel_changing = false;
}

void model_reset(bool pcid, bool has_invpcid)
{
	memset(tlbs, 0, sizeof(tlbs));
	memset(tlb_cpu, 0, sizeof(tlb_cpu));
	memset(pages, 0, sizeof(pages));
	memset(model_spaces, 0, sizeof(model_spaces));
	cpu_features = (struct cpu_features){.pcid = pcid, .pge = true, .invpcid = has_invpcid};
	tlb_send_ipi = send;
	memset(asked, 0, sizeof(asked));
	kernel_changing = false;
	serials = 0;
	free_count = 0;
	pages[MASTER].type = PAGE_TABLE;
	for (uint32_t frame = FIRST_FRAME; frame < MODEL_FRAMES; frame++) {
		pages[frame].type = PAGE_KERNEL;
		frame_free(&pages[frame]);
	}
	for (unsigned i = 0; i < MODEL_KERNEL; i++)
		kernel_half[i] = GLOBAL_TABLE + i;
	for (uint32_t id = 0; id < MODEL_CPUS; id++) {
		model_cpus[id] = (struct cpu){.id = id, .online = true};
		model_cpu = &model_cpus[id];
		tlbs[id].cr3 = master_pml4.raw;
		tlb_init(pcid);
	}
}
