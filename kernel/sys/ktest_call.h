/* The call for tests (abi/ktest.h). */
#pragma once

#include "arch/x86_64/trapframe.h"
#include "core/sysret.h"

/* Allow it, if the command line has the word `ktest`. At boot. */
void ktest_call_init(const char *cmdline);

/* -ENOSYS when it is not allowed, -EINVAL for what is not in abi/ktest.h. */
sysret_t sys_ktest(const struct trapframe *call);
