/* Between the user copies and the page fault handler (kernel/entry.c). */
#pragma once

#include "arch/x86_64/cpu.h"

/* Set by the handler when a user copy's fault cannot be resolved at once. */
DECLARE_PERCPU(bool, usercopy_must_wait);
