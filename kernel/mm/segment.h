/* Filling a new address space, which no CPU has loaded yet, for exec. */
#pragma once

#include "mm/space.h"

/*
 * Map one segment of a program: `filesz` bytes of `object` from `offset` on at `va`, then zeros up
 * to `memsz`. `va` and `offset` are congruent modulo the page size. -ENOMEM, -EEXIST when the range
 * is taken. Takes RANK_SPACE.
 */
__must_check int space_map_segment(struct space *space, uint64_t va, uint64_t memsz, int prot,
				   struct vm_object *object, uint64_t offset, uint64_t filesz);

/* The page of a new space that was written last; zeroed, none. */
struct last_page {
	uint64_t va;
	char *bytes; /* the kernel's view of it */
};

/*
 * Write `n` bytes from kernel memory (NULL: zeros) to `va`, whatever the protection there, making
 * pages as needed. What goes to the page of the write before, by `last`, needs no walk. -ENOMEM,
 * -EFAULT where nothing is mapped. Takes RANK_SPACE.
 */
__must_check int space_write_new(struct space *space, struct last_page *last, uint64_t va,
				 const void *src, size_t n);
