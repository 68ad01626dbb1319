#include "mm/large.h"

#include "arch/x86_64/page_copy.h"
#include "core/lock.h"
#include "core/log.h"
#include "lib/cmdline.h"
#include "lib/string.h"
#include "mm/frame_run.h"
#include "mm/online.h"
#include "mm/phys.h"

enum large_mode large_mode = LARGE_ALWAYS;

/* Whether a block is whole is asked and changed under this lock only. */
static struct lock large_lock = LOCK_INIT("large", RANK_LARGE);

void large_init(const char *cmdline)
{
	static const char *const words[] = {"never", "madvise", "always"};
	char word[16];

	if (cmdline_get(cmdline, "thp", word, sizeof(word)) < 0)
		return;
	for (unsigned mode = 0; mode < ARRAY_SIZE(words); mode++) {
		if (strcmp(word, words[mode]) == 0) {
			large_mode = (enum large_mode)mode;
			return;
		}
	}
	log_line("memory: thp=%s means nothing: always, madvise or never", word);
}

/* Large pages are a luxury, of which most may never be used: no more than half of all RAM. */
static bool can_be_spared(void)
{
	uint64_t offline = online_offline_bytes() / PAGE_SIZE;

	return frames_free_count() + offline > (frames_total() + offline) / 2;
}

struct page *large_alloc(void)
{
	return can_be_spared() ? frames_alloc(LARGE_ORDER, PAGE_ANON) : NULL;
}

void large_clear_part(struct page *head, uint64_t first)
{
	for (uint64_t i = 0; i < LARGE_PART; i++)
		clear_page(page_to_virt(head + first + i));
}

static bool is_whole(const struct page *head)
{
	return head->order == LARGE_ORDER;
}

unsigned large_cost(const struct page *head)
{
	return is_whole(head) ? 16 : LARGE_COST_MAX;
}

void large_get(struct page *head)
{
	lock_acquire(&large_lock);
	if (is_whole(head)) {
		page_get(head);
	} else {
		for (unsigned i = 0; i < LARGE_PAGES; i++)
			page_get(head + i);
	}
	lock_release(&large_lock);
}

static void put_each(struct page *head)
{
	struct frame_run run = FRAME_RUN_EMPTY;

	for (unsigned i = 0; i < LARGE_PAGES; i++)
		frame_run_put(&run, &head[i]);
	frame_run_finish(&run);
}

void large_put(struct page *head)
{
	bool whole, last = false;

	lock_acquire(&large_lock);
	whole = is_whole(head);
	if (whole)
		last = page_put(head);
	lock_release(&large_lock);
	/* A block that is broken is not mended while somebody has the whole of it. */
	if (last)
		frames_free(head, LARGE_ORDER);
	else if (!whole)
		put_each(head);
}

bool large_is_exclusive(const struct page *head)
{
	bool exclusive;

	lock_acquire(&large_lock);
	exclusive = is_whole(head) && page_refs(head) == 1;
	lock_release(&large_lock);
	return exclusive;
}

void large_break(struct page *head)
{
	lock_acquire(&large_lock);
	if (is_whole(head)) {
		struct page frame = {.more_refs = head->more_refs, .type = PAGE_ANON};

		for (unsigned i = 0; i < LARGE_PAGES; i++)
			head[i] = frame;
	}
	lock_release(&large_lock);
}

static bool is_only_single(const struct page *head)
{
	for (unsigned i = 0; i < LARGE_PAGES; i++) {
		if (head[i].kind != PAGE_KIND(PAGE_ANON, 0) || page_refs(&head[i]) != 1)
			return false;
	}
	return true;
}

bool large_mend(struct page *head)
{
	bool mended;

	lock_acquire(&large_lock);
	mended = is_only_single(head);
	if (mended) {
		head->order = LARGE_ORDER;
		for (unsigned i = 1; i < LARGE_PAGES; i++)
			head[i].kind = PAGE_KIND(PAGE_TAIL, 0);
	}
	lock_release(&large_lock);
	return mended;
}

void large_block_visit(const struct large_block *block, void (*fn)(struct page *frame))
{
	struct page *head = block->head;

	if (head && is_whole(head)) {
		fn(head);
		return;
	}
	for (unsigned i = block->done; head && i < LARGE_PAGES; i++)
		fn(head + i);
}

void large_block_drop(struct large_block *block)
{
	struct frame_run run = FRAME_RUN_EMPTY;
	struct page *head = block->head;

	block->head = NULL;
	if (head && is_whole(head)) {
		large_put(head);
		return;
	}
	for (unsigned i = block->done; head && i < LARGE_PAGES; i++)
		frame_run_put(&run, head + i);
	frame_run_finish(&run);
}
