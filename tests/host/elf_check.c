#include "elf_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/errno.h"
#include "abi/mman.h"
#include "arch/x86_64/layout.h"

#define check(cond)                                                                        \
	do {                                                                               \
		if (!(cond)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                           \
		}                                                                          \
	} while (0)

static volatile uint8_t sink;

int elf_file_read(void *ctx, uint64_t offset, void *buf, uint64_t len)
{
	const struct elf_file *file = ctx;

	memcpy(buf, file->bytes + offset, len);
	return 0;
}

/* One segment: in the user half, in the file, within the image. Its bytes are read. */
static void check_segment(const struct elf_file *file, const struct elf_image *image,
			  const struct elf_segment *s)
{
	uint64_t i;

	check(s->memsz > 0 && s->filesz <= s->memsz && s->memsz <= USER_END);
	check(s->vaddr <= USER_END - s->memsz);
	check(image->is_dyn || s->vaddr >= USER_START);
	check(image->start <= s->vaddr && s->vaddr + s->memsz <= image->brk);
	check((s->prot & ~(uint32_t)(PROT_READ | PROT_WRITE | PROT_EXEC)) == 0);
	if (s->prot & PROT_WRITE)
		check(!(s->prot & PROT_EXEC) || image->has_wx);
	if (s->filesz == 0)
		return;
	check(s->vaddr % PAGE_SIZE == s->offset % PAGE_SIZE);
	check(s->offset <= file->size && s->filesz <= file->size - s->offset);
	for (i = 0; i < s->filesz; i += 64)
		sink ^= file->bytes[s->offset + i];
	sink ^= file->bytes[s->offset + s->filesz - 1];
}

/* Pairs of segments on one page are told. */
static void check_pair(const struct elf_image *image, const struct elf_segment *a,
		       const struct elf_segment *b)
{
	uint64_t low = MAX(a->vaddr, b->vaddr) / PAGE_SIZE;
	uint64_t high = (MIN(a->vaddr + a->memsz, b->vaddr + b->memsz) - 1) / PAGE_SIZE;

	check(image->has_overlap || low > high);
}

void elf_check(const struct elf_file *file, const struct elf_image *image, int result)
{
	uint32_t i;
	uint32_t j;

	check(result == 0 || result == -ENOEXEC || result == -ENOENT || result == -EIO ||
	      result == -EINVAL || result == -ENOMEM);
	check(result != 0 || !image->too_late);
	check(image->n_segments <= ELF_SEGMENTS_MAX);
	if (result)
		return;
	check(image->n_segments > 0 && image->entry < USER_END && image->phnum > 0);
	check(image->start % PAGE_SIZE == 0 && image->end == ALIGN_UP(image->brk, PAGE_SIZE));
	check(image->start < image->end && image->end <= USER_END);
	check(image->align >= PAGE_SIZE && (image->align & (image->align - 1)) == 0);
	for (i = 0; i < image->n_segments; i++) {
		check_segment(file, image, &image->segments[i]);
		for (j = 0; j < i; j++)
			check_pair(image, &image->segments[i], &image->segments[j]);
	}
}
