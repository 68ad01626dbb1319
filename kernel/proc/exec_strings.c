/* execve's arrays of strings, in the memory of the program that is to be replaced. */
#include "abi/errno.h"
#include "lib/string.h"
#include "proc/exec.h"
#include "proc/exec_state.h"
#include "proc/usercopy.h"

#define STRINGS_A_CHUNK 32
#define BYTES_A_CHUNK	PAGE_SIZE
#define STRINGS_MAX	0x7fffffffUL /* as Linux */
#define POINTER_SIZE	sizeof(uint64_t)
#define ARGS_MAX_LEAST	KIB(128)
#define ARGS_MAX_MOST	MIB(6)

uint64_t exec_args_max(uint64_t stack)
{
	return MAX(ARGS_MAX_LEAST, MIN(stack / 4, ARGS_MAX_MOST));
}

static sysret_t read_pointer(const struct exec_array *array, uint64_t index, uaddr_t *string)
{
	uint64_t offset = index * POINTER_SIZE;

	if (array->base.raw + offset < offset)
		return -EFAULT;
	return copy_from_user(&string->raw, UADDR(array->base.raw + offset), POINTER_SIZE);
}

static void start_of_strings(struct exec_state *exec, unsigned array, uint64_t index)
{
	exec->array = array;
	exec->index = index;
	exec->string_done = 0;
}

/* --- counting --- */

static sysret_t count_some(struct exec_array *array)
{
	for (int i = 0; i < STRINGS_A_CHUNK; i++) {
		uaddr_t string;
		sysret_t error;

		if (!array->base.raw)
			return 0;
		error = read_pointer(array, array->count, &string);
		if (error)
			return error;
		if (!string.raw)
			return 0;
		if (++array->count >= STRINGS_MAX)
			return -E2BIG;
	}
	return SYS_AGAIN;
}

/* The space that the pointers take counts too. A program without arguments gets an empty one. */
static sysret_t finish_count(struct exec_state *exec)
{
	uint64_t args = exec->arrays[EXEC_ARGS].count, env = exec->arrays[EXEC_ENV].count;

	exec->empty_args = args == 0;
	if ((MAX(args, 1UL) + env) * POINTER_SIZE + exec->path_size > exec->args_max)
		return -E2BIG;
	start_of_strings(exec, EXEC_ENV, env);
	return 0;
}

sysret_t exec_count_strings(struct exec_state *exec)
{
	while (exec->array < EXEC_ARRAYS) {
		sysret_t result = count_some(&exec->arrays[exec->array]);

		if (result)
			return result;
		exec->array++;
	}
	return finish_count(exec);
}

/* --- measuring --- */

/* All that the limit of the strings must hold. */
static bool too_big(const struct exec_state *exec)
{
	uint64_t pointers = exec->arrays[EXEC_ARGS].count + exec->arrays[EXEC_ENV].count;

	return exec->bytes + exec->empty_args + exec->path_size +
		       (pointers + exec->empty_args) * POINTER_SIZE >
	       exec->args_max;
}

/*
 * Read on in the string at `string`, of which string_done bytes have been seen, into the piece.
 * *size is the number of bytes read, the end included if it `ends` there.
 */
static sysret_t read_piece(struct exec_state *exec, uaddr_t string, size_t *size, bool *ends)
{
	uaddr_t at = UADDR(string.raw + exec->string_done);
	sysret_t length = copy_string_from_user(exec->piece, at, PAGE_SIZE);

	*ends = length >= 0;
	if (length < 0 && length != -ENAMETOOLONG)
		return length;
	*size = *ends ? (size_t)length + 1 : PAGE_SIZE;
	return 0;
}

/* One piece of the string before `index`; *ends when that was its last. */
static sysret_t measure_piece(struct exec_state *exec, bool *ends)
{
	uaddr_t string;
	size_t size;
	sysret_t error = read_pointer(&exec->arrays[exec->array], exec->index - 1, &string);

	if (!error)
		error = read_piece(exec, string, &size, ends);
	if (error)
		return error;
	exec->string_done += size;
	exec->bytes += size;
	return exec->string_done > EXEC_STRING_MAX || too_big(exec) ? -E2BIG : 0;
}

sysret_t exec_measure_strings(struct exec_state *exec)
{
	uint64_t before = exec->bytes;

	for (int i = 0; i < STRINGS_A_CHUNK; i++) {
		bool ends = false;
		sysret_t error;

		if (!exec->index && exec->array == EXEC_ARGS) {
			start_of_strings(exec, EXEC_ARGS, 0);
			return 0;
		}
		if (!exec->index) {
			start_of_strings(exec, EXEC_ARGS, exec->arrays[EXEC_ARGS].count);
			continue;
		}
		error = measure_piece(exec, &ends);
		if (error)
			return error;
		if (ends)
			start_of_strings(exec, exec->array, exec->index - 1);
		if (exec->bytes - before >= BYTES_A_CHUNK)
			break;
	}
	return SYS_AGAIN;
}

/* --- copying --- */

static sysret_t copy_piece(struct exec_state *exec, bool *ends)
{
	uaddr_t string;
	size_t size;
	sysret_t error = read_pointer(&exec->arrays[exec->array], exec->index, &string);

	if (!error)
		error = read_piece(exec, string, &size, ends);
	if (!error)
		error = exec_stack_string(&exec->stack, exec->piece, size, !exec->string_done);
	if (!error)
		exec->string_done += size;
	return error;
}

sysret_t exec_copy_strings(struct exec_state *exec)
{
	uint64_t before = exec->stack.next_string;

	if (exec->empty_args) {
		exec->empty_args = false;
		return exec_stack_string(&exec->stack, "", 1, true) ? -ENOMEM : SYS_AGAIN;
	}
	for (int i = 0; i < STRINGS_A_CHUNK; i++) {
		bool ends = false;
		sysret_t error;

		if (exec->index == exec->arrays[exec->array].count) {
			if (exec->array == EXEC_ENV)
				return 0;
			start_of_strings(exec, EXEC_ENV, 0);
			continue;
		}
		error = copy_piece(exec, &ends);
		if (error)
			return error;
		if (ends)
			start_of_strings(exec, exec->array, exec->index + 1);
		if (exec->stack.next_string - before >= BYTES_A_CHUNK)
			break;
	}
	return SYS_AGAIN;
}
