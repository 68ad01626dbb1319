#include "mm/cr3.h"

#include "arch/x86_64/cr.h"
#include "arch/x86_64/descriptors.h"
#include "lib/upcall.h"
#include "mm/kmap.h"
#include "mm/ptdump.h"
#include "mm/walk.h"

static __noreturn __noinline void refuse_load(paddr_t root, uint64_t address, const char *which)
{
	ptdump_address(root, address);
	panic("CR3 switch refused: %s at %p is not mapped writable in PML4 %lx", which,
	      (void *)address, root.raw);
}

static void check_stack(paddr_t root, uint64_t address, const char *which)
{
	struct walk walk;

	walk_tables(root, address, &walk);
	if (unlikely(!walk_writable(&walk)))
		refuse_load(root, address, which);
}

void cr3_check_for(paddr_t root, uint32_t id)
{
	for (uint64_t offset = 0; offset < PERCPU_STACK_SIZE; offset += PAGE_SIZE)
		check_stack(root, cpu_window(id) + WINDOW_STACK + offset, "a starting CPU's stack");
}

void rsp0_assert(void)
{
	const struct cpu *cpu = this_cpu();

	if (unlikely(*cpu->rsp0 != cpu_rsp0(cpu->id)))
		panic("TSS.rsp0 of CPU %u is %lx, its window says %lx", cpu->id, *cpu->rsp0,
		      cpu_rsp0(cpu->id));
}

void cr3_load_checked(paddr_t root, uint64_t tag)
{
	struct cpu *cpu = this_cpu();
	uint64_t here = (uint64_t)__builtin_frame_address(0), top = *cpu->rsp0 - 8;

	rsp0_assert();
	check_stack(root, here, "the current stack");
	if (unlikely((here ^ top) >> PAGE_SHIFT)) /* on two pages */
		check_stack(root, top, "TSS.rsp0's stack");
#ifdef DEBUG
	kmap_check_slots(root);
#endif
	cpu->cr3_checks++;
	cpu->pml4 = root;
	write_cr3(root.raw | tag);
}
