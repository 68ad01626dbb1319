// sources: kernel/mm/buddy.c kernel/lib/fmt.c tests/host/buddy_model.c tests/host/host_panic.c
// measured: kernel/mm/buddy.c
/*
 * The case is a list of calls, five bytes each, right and wrong ones, checked by the model of the
 * host test. Entries of the frame table exist only for the frames that were added.
 */
#include "buddy_model.h"
#include "fuzz.h"

struct call {
	unsigned int what;  /* 0..7 */
	unsigned int shift; /* 0..31 */
	unsigned int a;	    /* 0..65535 */
	unsigned int b;
};

static bool touches_a_range(pfn_t start, pfn_t end)
{
	uint32_t i;

	for (i = 0; i < model_zone.n_ranges; i++) {
		if (start < model_zone.ranges[i].end && model_zone.ranges[i].start < end)
			return true;
	}
	return false;
}

static void add(const struct call *c)
{
	pfn_t start = (pfn_t)c->a << (c->shift & 3);
	pfn_t end = start + ((pfn_t)(c->b & 0xfff) << (c->shift >> 2));

	if (end > MODEL_FRAMES)
		return;
	if (start == 0 || start == end)
		model_bad_add(start, end, "bad frames");
	else if (touches_a_range(start, end))
		model_bad_add(start, end, "already");
	else
		(void)model_add(start, end);
}

/* Free something that must not be freed. */
static void bad_free(const struct call *c)
{
	const struct buddy_block *used = model_n_used ? &model_used[c->a % model_n_used] : NULL;
	struct page *free = buddy_next_free(&model_zone, c->b % BUDDY_ORDERS, NULL);

	if ((c->shift & 3) == 0 && used)
		model_bad_free(used->pfn, used->order + 1 + c->b % 3, "wrong order");
	else if ((c->shift & 3) == 1 && used && used->order > 0)
		model_bad_free(used->pfn + 1, 0, "is not the head of a block");
	else if ((c->shift & 3) == 2 && free)
		model_bad_free(page_to_pfn(free) + c->a % (1U << free->order), 0, "double free");
	else if (!touches_a_range(c->a, c->a + 1))
		model_bad_free(c->a, c->b % BUDDY_ORDERS, "foreign frame");
}

static void run(const struct call *c)
{
	if (c->what == 0)
		add(c);
	else if (c->what <= 3)
		(void)model_alloc(c->a % (BUDDY_ORDERS + 1));
	else if (c->what == 7)
		bad_free(c);
	else if (model_n_used)
		model_free(c->a % model_n_used);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t at;

	model_reset(0);
	for (at = 0; size - at >= 5; at += 5) {
		struct call call = {
			.what = data[at] & 7,
			.shift = data[at] >> 3,
			.a = data[at + 1] | data[at + 2] << 8,
			.b = data[at + 3] | data[at + 4] << 8,
		};

		run(&call);
	}
	model_check();
	return 0;
}
