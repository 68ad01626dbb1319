/*
 * The last entries into the kernel of each CPU, in debug builds: release builds keep none, as a
 * null call would be several instructions longer.
 */
#pragma once

#include "arch/x86_64/trapframe.h"
#include "lib/print.h"

#define TRACE_ENTRIES 32

#ifdef DEBUG

/* Note that this CPU came in with `tf`. */
void trace_entry(const struct trapframe *tf);

#else

static inline void trace_entry(const struct trapframe *tf)
{
	(void)tf;
}

#endif

/* Print those of CPU `cpu`, the oldest first; it may go on meanwhile. False: none are kept. */
bool trace_print(struct printer *out, uint32_t cpu);
