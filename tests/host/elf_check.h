/* What elf_parse() promises of an image, for the host test and the fuzz target. */
#pragma once

#include "lib/addr.h"
#include "proc/elf.h"

/* A file in memory: exactly its bytes, so that a sanitizer sees a read of one more. */
struct elf_file {
	const uint8_t *bytes;
	uint64_t size;
};

/* The read function of an elf_source whose context is a struct elf_file. Never called outside. */
int elf_file_read(void *ctx, uint64_t offset, void *buf, uint64_t len);

/* Abort unless the result of an elf_parse of `file` is one that a loader may rely on. */
void elf_check(const struct elf_file *file, const struct elf_image *image, int result);
