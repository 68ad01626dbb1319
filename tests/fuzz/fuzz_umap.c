// sources: tests/host/umap_model.c tests/host/umap_ram.c tests/host/umap_tlb.c
// sources: tests/host/umap_kernel.c tests/host/umap_merging.c tests/host/host_panic.c
// sources: kernel/mm/buddy.c kernel/mm/page.c kernel/lib/cmdline.c
// sources: kernel/lib/fmt.c
// measured: kernel/mm/umap.c kernel/mm/umap_clear.c kernel/mm/umap_copy.c kernel/mm/umap_merge.c
// measured: kernel/mm/umap_split.c kernel/mm/umap_move.c kernel/mm/tlb.c
// fuzzing: -fno-sanitize-coverage=trace-cmp
/*
 * The case is a list of operations of eight bytes each, on the model of the host test: no operand
 * of a comparison says what they should be, and to trace those takes most of the time.
 */
#include "fuzz.h"
#include "umap_model.h"

#define OPERATIONS_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size / 8 < OPERATIONS_MAX ? size / 8 : OPERATIONS_MAX;

	umap_model_reset();
	for (size_t i = 0; i < n; i++) {
		uint64_t word;

		memcpy(&word, data + 8 * i, sizeof(word));
		umap_model_step(word);
	}
	umap_model_check();
	umap_model_finish();
	return 0;
}
