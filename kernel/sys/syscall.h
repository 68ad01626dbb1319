/* System calls: the table, and the way into it. */
#pragma once

#include "arch/x86_64/trapframe.h"
#include "core/sysret.h"

/*
 * Do the call whose number and arguments are in `frame`: its result, or a word for the exit loop
 * (core/sysret.h). A number without a call is told once on the log.
 */
sysret_t syscall_dispatch(struct trapframe *frame);

/*
 * Is the result in the frame that of a call which found no memory: -ENOMEM, or from brk, as on
 * Linux, a break that did not move?
 */
bool syscall_lacked_memory(const struct trapframe *call);

/* The handler of all numbers that have none: -ENOSYS. */
sysret_t syscall_missing(const struct trapframe *call);

/* sys_NAME(): the handlers, which read their arguments by sys/args.h and follow Linux exactly. */
#define SYSCALL(number, name) sysret_t sys_##name(const struct trapframe *call);
#include "abi/syscalls.def"
#undef SYSCALL
