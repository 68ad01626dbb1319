/* The commands on page tables. */
#include "mm/kmap.h"
#include "mm/space.h"
#include "monitor/command.h"

static bool is_canonical(uint64_t va)
{
	return va + (1UL << 47) < 1UL << 48;
}

bool run_walk(struct run *run)
{
	struct space *space;
	uint64_t va;

	if (!run_number(run, 1, 16, &va))
		return false;
	if (!is_canonical(va)) {
		print(&run->out, "%lx is not canonical\n", va);
		return false;
	}
	if (run->argc == 2) {
		ptdump_walk(&run->out, master_pml4, va);
		return false;
	}
	space = look_enter(run, 2);
	if (space) {
		ptdump_walk(&run->out, space->root, va);
		look_leave(run);
	}
	return false;
}

/* The kernel half needs no lock: its tables are never freed. */
static bool dump_kernel_half(struct run *run)
{
	if (!run->cursor++)
		ptdump_begin(&run->dump, master_pml4, KERNEL_HIGHER_HALF_BASE, UINT64_MAX);
	return ptdump_some(&run->dump, &run->out);
}

bool run_space(struct run *run)
{
	struct space *space;
	bool more;

	if (run->argc == 1)
		return dump_kernel_half(run);
	space = look_enter(run, 1);
	if (!space)
		return false;
	if (!run->cursor)
		ptdump_begin(&run->dump, space->root, 0, USER_END - 1);
	else if (run->cursor != space->serial) /* execve has brought another one */
		run->dump.ended = true;
	run->cursor = space->serial;
	more = ptdump_some(&run->dump, &run->out);
	look_leave(run);
	return more;
}
