// sources: tests/host/umap_model.c tests/host/umap_ram.c tests/host/umap_kernel.c
// sources: tests/host/host_panic.c
// sources: kernel/mm/buddy.c kernel/mm/page.c kernel/lib/cmdline.c kernel/lib/string.c
/*
 * The mapper of the user half under random operations, compared with a plain map. SEED=n repeats a
 * run; OPERATIONS=n makes it longer (or shorter).
 */
#include "host_test.h"

#include "seed.h"
#include "umap_model.h"

#define OPERATIONS  1000000
#define CHECK_EVERY 1000

static void random_operations(void **state)
{
	const char *text = getenv("OPERATIONS");
	uint64_t n = text ? strtoull(text, NULL, 0) : OPERATIONS;
	uint64_t rnd = test_seed("random_operations", 7);

	(void)state;
	umap_model_reset();
	for (uint64_t i = 1; i <= n; i++) {
		umap_model_step(test_random(&rnd));
		if (i % CHECK_EVERY == 0)
			umap_model_check();
	}
	umap_model_finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_operations)};

	return cmocka_run_group_tests_name("umap", tests, NULL, NULL);
}
