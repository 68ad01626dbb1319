// cflags: -iquote tests/host/model_ram -iquote tests/host/model_cpu
/* The RAM of umap_model.h, and what the mapper calls of the rest of the kernel. */
#include "umap_ram.h"

#include <string.h>

#include "core/log.h"
#include "mm/frame_run.h"
#include "mm/online.h"
#include "mm/phys.h"
#include "umap_tlb.h"

static uint8_t ram[FRAMES * PAGE_SIZE] __aligned_to(4096);
static struct page frames[FRAMES] __aligned_to(FRAMES * sizeof(struct page));
uint8_t *model_ram = ram;
struct page *frame_table = frames;
struct buddy zone;
unsigned fail_in;

void umap_ram_reset(void)
{
	memset(frames, 0, sizeof(frames));
	umap_tlb_reset();
	buddy_init(&zone, "model");
	if (!buddy_add(&zone, LARGE_PAGES, FRAMES))
		panic("the model's RAM");
}

struct page *frames_alloc(unsigned int order, enum page_type type)
{
	struct page *page;

	if (fail_in && --fail_in == 0)
		return NULL;
	page = buddy_alloc(&zone, order, 1);
	if (page) {
		page->type = (uint8_t)type;
		page->word = 0;
	}
	return page;
}

struct page *frame_alloc(enum page_type type)
{
	return frames_alloc(0, type);
}

struct page *frame_alloc_zeroed(enum page_type type)
{
	struct page *page = frames_alloc(0, type);

	if (page)
		memset(page_to_virt(page), 0, PAGE_SIZE);
	return page;
}

void frames_free(struct page *page, unsigned int order)
{
	umap_tlb_freed(page);
	buddy_free(&zone, page, order, 1);
}

void frame_put_unusual(struct page *page)
{
	if (page_put_unusual(page))
		frames_free(page, 0);
}

unsigned frames_put(struct page *const *put, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		frame_put(put[i]);
	return 0;
}

void frame_run_add_other(struct frame_run *run, struct page *page)
{
	(void)run;
	frames_free(page, 0);
}

void frame_run_finish(struct frame_run *run)
{
	(void)run;
}

uint64_t frames_free_count(void)
{
	return zone.free_frames;
}

uint64_t frames_total(void)
{
	return zone.free_frames; /* so that large pages may take all */
}

uint64_t online_offline_bytes(void)
{
	return 0;
}

void log_line(const char *fmt, ...)
{
	(void)fmt;
}

void lock_acquire_at(struct lock *lock, uintptr_t caller)
{
	(void)lock;
	(void)caller;
}

void lock_release(struct lock *lock)
{
	(void)lock;
}
