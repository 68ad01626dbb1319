/*
 * What a program finds on its stack: argc, argv, envp and the auxiliary vector, and above them the
 * strings that they point to (System V ABI AMD64 3.4.1; the order of Linux). It is written into a
 * space that no CPU has loaded yet, upwards: so the sizes must be known before the first string.
 */
#pragma once

#include "mm/segment.h"
#include "mm/user_layout.h"
#include "proc/elf.h"

struct exec_stack {
	struct space *space;
	struct last_page last;
	uint64_t argc, envc;
	uint64_t strings;      /* address of the first string */
	uint64_t strings_end;  /* behind the last: the path's place */
	uint64_t extras;       /* random bytes and platform name, below the strings */
	uint64_t sp;	       /* where the stack pointer will be */
	uint64_t next_string;  /* where the next string goes, */
	uint64_t next_pointer; /* and the pointer to it */
};

/* What has to find room. */
struct exec_stack_size {
	uint64_t argc, envc; /* strings */
	uint64_t bytes;	     /* of them all, their ends included */
	size_t path;	     /* bytes, with its end */
};

/* Make the stack's area in `space`, where `layout` has it, and lay it out. 0 or -ENOMEM. */
__must_check int exec_stack_begin(struct exec_stack *stack, struct space *space,
				  const struct user_layout *layout, bool executable,
				  const struct exec_stack_size *size);

/*
 * The next string, whose `size` bytes include its end, or a part of it: arguments first, then the
 * environment. A pointer to it is stored when `begins` is set. 0, -ENOMEM, or -EFAULT when the
 * strings are longer than was said.
 */
__must_check int exec_stack_string(struct exec_stack *stack, const char *text, size_t size,
				   bool begins);

/*
 * All strings are there: store the path, and the rest of the table. `bias` was added to the
 * program's addresses. 0, -ENOMEM, or -EFAULT when the strings are shorter than was said.
 */
__must_check int exec_stack_finish(struct exec_stack *stack, const char *path, size_t path_size,
				   const struct elf_image *image, uint64_t bias);
