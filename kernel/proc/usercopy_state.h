/* Between the user copies and the page fault handler (kernel/entry.c). */
#pragma once

#include "arch/x86_64/cpu.h"

/* Of the last fault of a user copy that was not resolved: it could be, after waiting for memory. */
DECLARE_PERCPU(bool, usercopy_must_wait);
