// sources: tests/host/umap_model.c tests/host/umap_ram.c tests/host/umap_tlb.c
// sources: tests/host/umap_kernel.c tests/host/umap_merging.c tests/host/host_panic.c
// sources: kernel/mm/buddy.c kernel/mm/page.c kernel/lib/cmdline.c kernel/lib/string.c
/*
 * The mapper of the user half under random operations, compared with a plain map, while CPUs whose
 * TLBs forget nothing use it. SEED=n repeats a run; OPERATIONS=n makes it longer (or shorter).
 */
#include "host_test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seed.h"
#include "umap_model.h"
#include "umap_tlb.h"

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
	assert_true(umap_model_merges() > n / 20000);
}

/* With a planted defect the model aborts, long before so many operations: in a child. */
static void expect_found(bool *plant)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		uint64_t rnd = 7;

		*plant = true;
		fclose(stderr);
		umap_model_reset();
		for (uint64_t i = 0; i < OPERATIONS; i++)
			umap_model_step(test_random(&rnd));
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void missing_flushes_are_found(void **state)
{
	(void)state;
	expect_found(&umap_tlb_deaf);
	expect_found(&umap_tlb_tables_hidden);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_operations),
		cmocka_unit_test(missing_flushes_are_found),
	};

	return cmocka_run_group_tests_name("umap", tests, NULL, NULL);
}
