/* What execve() has gathered so far. */
#pragma once

#include "lib/addr.h"
#include "lib/list.h"
#include "proc/elf.h"
#include "proc/exec_stack.h"

struct vm_object;

#define EXEC_STRING_MAX (32 * PAGE_SIZE) /* of one string, as Linux */

enum exec_array_index { EXEC_ARGS, EXEC_ENV, EXEC_ARRAYS };

/* argv or envp. */
struct exec_array {
	uaddr_t base;	/* of the pointers; NULL: an empty array */
	uint64_t count; /* of strings, without the NULL */
};

struct exec_state {
	struct list link;	  /* [states_lock] in the list of all */
	struct vm_object *object; /* the file */
	struct space *space;	  /* the new one; after the exchange the old one */
	struct elf_image image;
	uint64_t bias; /* added to the program's addresses */
	struct exec_stack stack;
	char *path;	  /* a page: the path, as given */
	char *piece;	  /* a page for pieces of strings on their way */
	size_t path_size; /* with its end */

	struct exec_array arrays[EXEC_ARRAYS];
	uint64_t args_max; /* bytes of all strings, the path, and the pointers */
	bool empty_args;   /* argv has no string: the program gets one empty one */
	uint64_t bytes;	   /* of all strings, their ends included */

	/* Where a chunk ended: */
	unsigned array;	      /* the array, */
	uint64_t index;	      /* the string in it, */
	uint64_t string_done; /* bytes of that string */
	int error;	      /* why it is being undone */
};

/* An empty state, or NULL without memory; and away with one, without its space. */
struct exec_state *exec_state_create(void);
void exec_state_free(struct exec_state *exec);

/* args_max, as Linux has it, for a program whose stack is limited to `stack` bytes. */
uint64_t exec_args_max(uint64_t stack);

/* The program's name for the log: the path's last part. */
const char *exec_state_name(const struct exec_state *exec);

/*
 * The stations that read the arrays of the old program, a chunk a call: 0 when done, SYS_AGAIN,
 * SYS_FAULT_WAIT, -EFAULT, -E2BIG, -ENOMEM. First the pointers are counted, then the strings
 * measured, from the last to the first as on Linux; then they are copied to the new stack.
 */
__must_check sysret_t exec_count_strings(struct exec_state *exec);
__must_check sysret_t exec_measure_strings(struct exec_state *exec);
__must_check sysret_t exec_copy_strings(struct exec_state *exec);
