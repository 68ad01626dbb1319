#include "core/backtrace.h"

#include "arch/x86_64/cpu.h"
#include "core/log.h"
#include "core/symbols.h"

#define DEPTH_MAX 24

struct stack_range {
	const char *name, *guard_below, *guard_above;
	uintptr_t start, end; /* offsets in the window */
};

#define STACK(label, offset, size)                                                           \
	{                                                                                    \
		label, "guard below " label, "guard above " label, offset, (offset) + (size) \
	}

static const struct stack_range stacks[] = {
	STACK("main", WINDOW_STACK, PERCPU_STACK_SIZE),
	STACK("#DF", WINDOW_IST_DF, WINDOW_IST_SIZE),
	STACK("NMI", WINDOW_IST_NMI, WINDOW_IST_SIZE),
	STACK("#MC", WINDOW_IST_MC, WINDOW_IST_SIZE),
	STACK("#DB", WINDOW_IST_DB, WINDOW_IST_SIZE),
	STACK("panic", WINDOW_PANIC, WINDOW_PANIC_SIZE),
};

static bool in_some_window(uintptr_t address)
{
	return address >= PERCPU_STACK_REGION_BASE && address < cpu_window(cpu_count);
}

static const struct stack_range *stack_of(uintptr_t address)
{
	uintptr_t offset = address - window_of(address);

	if (!in_some_window(address))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(stacks); i++) {
		if (offset >= stacks[i].start && offset < stacks[i].end)
			return &stacks[i];
	}
	return NULL;
}

const char *stack_name(uintptr_t address)
{
	uintptr_t offset = address - window_of(address);

	if (!in_some_window(address))
		return "none";
	for (size_t i = 0; i < ARRAY_SIZE(stacks); i++) {
		const struct stack_range *s = &stacks[i];

		if (offset >= s->start && offset < s->end)
			return s->name;
		if (offset >= s->start - PERCPU_STACK_GUARD_SIZE && offset < s->start)
			return s->guard_below;
		if (offset >= s->end && offset < s->end + PERCPU_STACK_GUARD_SIZE)
			return s->guard_above;
	}
	return "none";
}

static void print_frame(uintptr_t rip)
{
	uintptr_t offset;
	const char *name = symbol_name(rip, &offset);

	log_line("  %p %s+0x%lx", (void *)rip, name, offset);
}

void backtrace_print(uintptr_t rip, uintptr_t rbp)
{
	print_frame(rip);
	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		const struct stack_range *stack = stack_of(rbp);
		const uintptr_t *frame = (const uintptr_t *)rbp;

		if (!stack || !IS_ALIGNED(rbp, 8) || stack_of(rbp + 15) != stack ||
		    !symbol_is_code(frame[1]))
			return;
		/* The return address points behind the call, which may be another function's. */
		print_frame(frame[1] - 1);
		if (frame[0] <= rbp)
			return;
		rbp = frame[0];
	}
}
