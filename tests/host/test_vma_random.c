// sources: kernel/mm/vma.c kernel/mm/vma_gap.c kernel/mm/vma_change.c kernel/lib/rbtree.c
// sources: tests/host/vma_model.c tests/host/host_panic.c
/* Random changes of the vma tree, against an array of pages. */
#include "host_test.h"

#include "abi/mman.h"
#include "lib/addr.h"
#include "seed.h"
#include "vma_model.h"

/* Random steps in all, in a round; so many are checked each, later ones now and then. */
#define OPERATIONS  1000000
#define ROUND	    5000
#define CHECK_EACH  30000
#define CHECK_EVERY 50

static uint64_t rnd;

static uint64_t below(uint64_t limit)
{
	return test_random(&rnd) % limit;
}

static bool pages_are_free(uint64_t page, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		if (model_pages[page + i].mapped)
			return false;
	}
	return true;
}

/* The highest place by looking at each. */
static uint64_t slow_gap(uint64_t n, uint64_t low, uint64_t high)
{
	for (uint64_t page = high - n + 1; page-- > low;) {
		if (pages_are_free(page, n))
			return model_addr(page);
	}
	return 0;
}

static void change_some_flags(uint64_t page, uint64_t n)
{
	const struct vma_change to = {.flags_clear = VMA_LOCKED,
				      .flags_set = below(2) ? VMA_LOCKED : 0};

	model_change(page, n, &to);
}

/* A map that fills the hole it is in joins what is on both sides. */
static void widen(uint64_t *page, uint64_t *n)
{
	for (; *page && !model_pages[*page - 1].mapped; --*page)
		++*n;
	while (*page + *n < MODEL_PAGES && !model_pages[*page + *n].mapped)
		++*n;
}

static void random_step(void)
{
	uint64_t page = below(MODEL_PAGES);
	uint64_t n = 1 + below(MIN(MODEL_PAGES - page, 1 + below(40)));
	uint64_t object = below(3);

	switch (below(7)) {
	case 0:
	case 1:
		if (!pages_are_free(page, n))
			break;
		if (below(2))
			widen(&page, &n);
		model_map(page, n, below(2) ? RW : PROT_READ, 0, object, page + object);
		break;
	case 2:
		model_unmap(page, n);
		break;
	case 3:
		model_protect(page, n, below(2) ? RW : PROT_READ);
		break;
	case 4:
		change_some_flags(page, n);
		break;
	case 5:
		n = 1 + below(30);
		page = below(MODEL_PAGES - n);
		assert_int_equal(model_find_gap(n * PAGE_SIZE, PAGE_SIZE, model_addr(page),
						model_addr(MODEL_PAGES)),
				 slow_gap(n, page, MODEL_PAGES));
		break;
	default:
		assert_int_equal(vma_find(&model_tree, model_addr(page) + 5) != NULL,
				 model_pages[page].mapped);
		assert_int_equal(model_is_free(model_addr(page), model_addr(page + n)),
				 pages_are_free(page, n));
		break;
	}
}

/* OPERATIONS=n of the environment makes it longer (or shorter). */
static void random_steps(void **state)
{
	const char *text = getenv("OPERATIONS");
	uint64_t n = text ? strtoull(text, NULL, 0) : OPERATIONS;

	(void)state;
	rnd = test_seed("random_steps", 99);
	model_reset();
	for (uint64_t i = 1; i <= n; i++) {
		random_step();
		if (i <= CHECK_EACH || i % CHECK_EVERY == 0)
			model_check();
		if (i % ROUND == 0) {
			model_destroy();
			model_reset();
		}
	}
	model_destroy();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_steps),
	};

	return cmocka_run_group_tests_name("vma_random", tests, NULL, NULL);
}
