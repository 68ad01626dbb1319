// sources: kernel/lib/cpio.c
// measured: kernel/lib/cpio.c
/* The case is the archive. */
#include "fuzz.h"
#include "lib/cpio.h"

static volatile uint8_t sink;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size);
	struct cpio_entry entry;
	struct cpio archive;

	cpio_open(&archive, copy, size);
	while (cpio_next(&archive, &entry)) {
		for (size_t i = 0; i <= strlen(entry.name); i++)
			sink ^= (uint8_t)entry.name[i];
		for (uint64_t i = 0; i < entry.size; i++)
			sink ^= entry.data[i];
	}
	if (cpio_next(&archive, &entry))
		abort(); /* the end stays the end */
	fuzz_free(copy);
	return 0;
}
