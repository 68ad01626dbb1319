// sources: kernel/lib/multiboot2.c kernel/lib/fmt.c
// measured: kernel/lib/multiboot2.c
/* The case is the information, as far as it may be read. */
#include "fuzz.h"
#include "walk_boot_info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size);
	struct boot_info info;

	multiboot2_parse(copy, size, &info, fuzz_tell, NULL);
	walk_boot_info(&info);
	fuzz_free(copy);
	return 0;
}
