#include "mm/user_layout.h"

#include "arch/x86_64/layout.h"
#include "core/random.h"
#include "lib/cmdline.h"

#define STACK_GUARD  MIB(1)		/* between a stack at its limit and mappings */
#define STACK_LEAST  MIB(128)		/* room left for a stack with a lower limit */
#define STACK_MOST   (USER_END / 6 * 5) /* and with a higher one */
#define STACK_RANDOM (PAGE_SIZE << LAYOUT_STACK_BITS)

static bool always_fixed;

void user_layout_init(const char *cmdline)
{
	always_fixed = cmdline_has(cmdline, "norandmaps");
}

/* The highest address for mappings: below the lowest place of a stack, grown to its limit. */
static uint64_t highest_mapping(uint64_t stack_limit, uint64_t stack_random)
{
	uint64_t room = stack_random + STACK_GUARD;
	uint64_t gap = stack_limit > UINT64_MAX - room ? UINT64_MAX : stack_limit + room;

	return USER_END - ALIGN_UP(MAX(STACK_LEAST, MIN(gap, STACK_MOST)), PAGE_SIZE);
}

/* Take `bits` off the random number `*from`. */
static uint64_t take(uint64_t *from, unsigned bits)
{
	uint64_t taken = *from & ((1UL << bits) - 1);

	*from >>= bits;
	return taken;
}

void user_layout_choose(struct user_layout *layout, uint64_t stack_limit, bool fixed)
{
	uint64_t first, second;

	fixed |= always_fixed;
	*layout = (struct user_layout){
		.stack_top = USER_END,
		.mmap_top = highest_mapping(stack_limit, fixed ? 0 : STACK_RANDOM),
		.pie_base = LAYOUT_PIE_LOWEST,
	};
	if (fixed)
		return;
	first = random_u64();
	second = random_u64();
	layout->mmap_top -= take(&first, LAYOUT_MMAP_BITS) * PAGE_SIZE;
	layout->stack_top -= take(&first, LAYOUT_STACK_BITS) * PAGE_SIZE;
	layout->stack_skip = take(&first, LAYOUT_SKIP_BITS) * LAYOUT_SKIP_UNIT;
	layout->pie_base += take(&second, LAYOUT_PIE_BITS) * PAGE_SIZE;
	layout->brk_skip = take(&second, LAYOUT_BRK_BITS) * PAGE_SIZE;
}
