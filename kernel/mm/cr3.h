/*
 * The one place that loads CR3, but for the start of the CPUs. Before each load the target tables
 * are walked for the stack that the CPU stands on and for the stack that TSS.rsp0 names: a kernel
 * that would lose its stack says so, with the walk, instead of hanging in silence. Always on.
 */
#pragma once

#include "lib/addr.h"

/*
 * Load CR3 with the PML4 at `root` and `tag`, the bits of CR3 beside its address: a PCID and
 * CR3_NOFLUSH, or 0. Panics, printing the walk, when a page of the stack in use or
 * of rsp0's is not mapped writable there, or rsp0 is not this CPU's. Counted in struct cpu.
 */
void cr3_load_checked(paddr_t root, uint64_t tag);

/*
 * The same check for CPU `id`, which starts in assembly and loads `root` there: panics unless all
 * of its main stack is mapped writable.
 */
void cr3_check_for(paddr_t root, uint32_t id);

/* Panic unless TSS.rsp0 is the constant of this CPU's window. */
void rsp0_assert(void);
