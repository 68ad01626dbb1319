#include "core/paint.h"

#include "arch/x86_64/cpu.h"
#include "core/log.h"

#define PAINT	   0x57a57a57a57a57a5ULL
#define RED_MARGIN 512 /* below the frame of the function that paints: its own calls */

struct stack {
	uint64_t offset, size;
};

static const struct stack stacks[] = {
	{WINDOW_STACK, PERCPU_STACK_SIZE}, {WINDOW_IST_DF, WINDOW_IST_SIZE},
	{WINDOW_IST_NMI, WINDOW_IST_SIZE}, {WINDOW_IST_MC, WINDOW_IST_SIZE},
	{WINDOW_IST_DB, WINDOW_IST_SIZE},
};

static void paint(uintptr_t start, uintptr_t end)
{
	for (uint64_t *word = (uint64_t *)start; word < (uint64_t *)end; word++)
		*word = PAINT;
}

void paint_stacks(uint32_t id)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	for (size_t i = 0; i < ARRAY_SIZE(stacks); i++) {
		uintptr_t start = cpu_window(id) + stacks[i].offset;
		uintptr_t end = start + stacks[i].size;

		if (here >= start && here < end)
			end = ALIGN_DOWN(here - RED_MARGIN, 8);
		paint(start, end);
	}
}

static uint64_t used(uint32_t id, const struct stack *stack)
{
	const uint64_t *bottom = (const uint64_t *)(cpu_window(id) + stack->offset);
	uint64_t clean = 0;

	while (clean < stack->size && *bottom == PAINT) {
		bottom++;
		clean += sizeof(*bottom);
	}
	return stack->size - clean;
}

void paint_log(void)
{
	for (uint32_t id = 0; id < cpu_count; id++) {
		if (!cpu_by_id(id)->online)
			continue;
		log_line("stack: cpu=%u main used=%lu #DF used=%lu NMI used=%lu #MC used=%lu #DB "
			 "used=%lu",
			 id, used(id, &stacks[0]), used(id, &stacks[1]), used(id, &stacks[2]),
			 used(id, &stacks[3]), used(id, &stacks[4]));
	}
}
