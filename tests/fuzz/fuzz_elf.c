// sources: kernel/proc/elf.c kernel/lib/fmt.c tests/host/elf_check.c
// measured: kernel/proc/elf.c
/* The case is the file. What is accepted is checked, and all that would be loaded is read. */
#include "elf_check.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size);
	struct elf_file file = {.bytes = copy, .size = size};
	struct elf_source source = {.read = elf_file_read, .ctx = &file, .size = size};
	struct elf_image image;

	elf_check(&file, &image, elf_parse(&source, &image, fuzz_tell, NULL));
	fuzz_free(copy);
	return 0;
}
