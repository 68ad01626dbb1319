#include "proc/exec_stack.h"

#include "abi/auxv.h"
#include "abi/errno.h"
#include "abi/mman.h"
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/fpu.h"
#include "core/random.h"

#define STACK_FIRST_SIZE KIB(132) /* mapped at the start; it grows from there */
#define STACK_ALIGN	 16
#define END_MARK	 8  /* zero bytes at the very top */
#define RANDOM_SIZE	 16 /* AT_RANDOM */
#define AUX_MAX		 24UL
#define ELF_PHDR_SIZE	 56
#define CLOCK_TICKS	 100
#define SIGFRAME_SIZE	 1440 /* Linux's signal frame without the FPU state, with alignment */
#define CPUID_FEATURES	 1
#define PLATFORM	 "x86_64"

struct aux {
	uint64_t type, value;
};

struct aux_table {
	uint32_t count;
	struct aux entries[AUX_MAX];
};

static int make_area(struct space *space, uint64_t top, bool executable)
{
	int prot = PROT_READ | PROT_WRITE | (executable ? PROT_EXEC : 0);
	sysret_t where = space_mmap(
		space, top - STACK_FIRST_SIZE, STACK_FIRST_SIZE, prot,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_GROWSDOWN, NULL, 0);

	return where < 0 ? (int)where : 0;
}

int exec_stack_begin(struct exec_stack *stack, struct space *space,
		     const struct user_layout *layout, bool executable,
		     const struct exec_stack_size *size)
{
	/* argc; pointers with a NULL each; pairs. */
	uint64_t words = 1 + size->argc + 1 + size->envc + 1 + 2UL * AUX_MAX;

	stack->space = space;
	stack->argc = size->argc;
	stack->envc = size->envc;
	stack->strings_end = layout->stack_top - END_MARK - size->path;
	stack->strings = stack->strings_end - size->bytes;
	stack->extras = ALIGN_DOWN(
		stack->strings - layout->stack_skip - sizeof(PLATFORM) - RANDOM_SIZE, STACK_ALIGN);
	stack->sp = ALIGN_DOWN(stack->extras - words * sizeof(uint64_t), STACK_ALIGN);
	stack->next_string = stack->strings;
	stack->next_pointer = stack->sp + sizeof(uint64_t);
	return make_area(space, layout->stack_top, executable);
}

static int write_stack(struct exec_stack *stack, uint64_t va, const void *src, size_t n)
{
	return space_write_new(stack->space, &stack->last, va, src, n);
}

static int put_word(struct exec_stack *stack, uint64_t word)
{
	int error = write_stack(stack, stack->next_pointer, &word, sizeof(word));

	stack->next_pointer += sizeof(word);
	return error;
}

/* The NULL between argv and envp. */
static bool at_end_of_args(const struct exec_stack *stack)
{
	return stack->next_pointer == stack->sp + (1 + stack->argc) * sizeof(uint64_t);
}

int exec_stack_string(struct exec_stack *stack, const char *text, size_t size, bool begins)
{
	int error = 0;

	if (size > stack->strings_end - stack->next_string)
		return -EFAULT;
	if (begins && at_end_of_args(stack))
		error = put_word(stack, 0);
	if (!error && begins)
		error = put_word(stack, stack->next_string);
	if (!error)
		error = write_stack(stack, stack->next_string, text, size);
	stack->next_string += size;
	return error;
}

static void aux_add(struct aux_table *table, uint64_t type, uint64_t value)
{
	table->entries[table->count++] = (struct aux){type, value};
}

/* `extras` is the address of the random bytes, which the platform's name follows. */
static void fill_aux(struct aux_table *table, const struct elf_image *image, uint64_t bias,
		     uint64_t extras, uint64_t path)
{
	aux_add(table, AT_HWCAP, cpuid(CPUID_FEATURES, 0).edx);
	aux_add(table, AT_HWCAP2, cpu_features.fsgsbase ? HWCAP2_FSGSBASE : 0);
	aux_add(table, AT_MINSIGSTKSZ, SIGFRAME_SIZE + fpu_state_size());
	aux_add(table, AT_PAGESZ, PAGE_SIZE);
	aux_add(table, AT_CLKTCK, CLOCK_TICKS);
	aux_add(table, AT_PHDR, image->phdr ? image->phdr + bias : 0);
	aux_add(table, AT_PHENT, ELF_PHDR_SIZE);
	aux_add(table, AT_PHNUM, image->phnum);
	aux_add(table, AT_BASE, 0);
	aux_add(table, AT_FLAGS, 0);
	aux_add(table, AT_ENTRY, image->entry + bias);
	aux_add(table, AT_UID, 0);
	aux_add(table, AT_EUID, 0);
	aux_add(table, AT_GID, 0);
	aux_add(table, AT_EGID, 0);
	aux_add(table, AT_SECURE, 0);
	aux_add(table, AT_RANDOM, extras);
	aux_add(table, AT_EXECFN, path);
	aux_add(table, AT_PLATFORM, extras + RANDOM_SIZE);
	aux_add(table, AT_NULL, 0);
}

static int put_extras(struct exec_stack *stack, uint64_t at)
{
	struct {
		uint64_t random[RANDOM_SIZE / sizeof(uint64_t)];
		char platform[sizeof(PLATFORM)];
	} extras = {.platform = PLATFORM};

	extras.random[0] = random_u64();
	extras.random[1] = random_u64();
	return write_stack(stack, at, &extras, sizeof(extras));
}

/* The words that end argv, when there were no environment strings, and envp. */
static int end_pointers(struct exec_stack *stack)
{
	int error = 0;

	if (at_end_of_args(stack))
		error = put_word(stack, 0);
	return error ? error : put_word(stack, 0);
}

int exec_stack_finish(struct exec_stack *stack, const char *path, size_t path_size,
		      const struct elf_image *image, uint64_t bias)
{
	struct aux_table table = {0};
	int error;

	if (stack->next_string != stack->strings_end)
		return -EFAULT;
	error = write_stack(stack, stack->strings_end, path, path_size);
	if (!error)
		error = write_stack(stack, stack->sp, &stack->argc, sizeof(stack->argc));
	if (!error)
		error = end_pointers(stack);
	if (!error)
		error = put_extras(stack, stack->extras);
	if (error)
		return error;
	fill_aux(&table, image, bias, stack->extras, stack->strings_end);
	return write_stack(stack, stack->next_pointer, table.entries,
			   table.count * sizeof(struct aux));
}
