/* Backtraces along the frame pointers, for reports on a machine that may be broken. */
#pragma once

#include "lib/base.h"

/*
 * Log the calls that led to `rip` with frame pointer `rbp`. Only memory that lies in the mapped
 * part of a window's stacks is read, so any value of `rbp` is safe.
 */
void backtrace_print(uintptr_t rip, uintptr_t rbp);

/*
 * Which stack `address` belongs to: "main", "#DF", "NMI", "#MC", "#DB", "panic", or for the pages
 * around them "guard below main" and so on; "none" elsewhere.
 */
const char *stack_name(uintptr_t address);
