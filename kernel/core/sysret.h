/*
 * What a system call handler or a continuation returns: a result (a value, or a negative errno) or
 * one of these words to the exit loop, which no result can equal.
 */
#pragma once

#include <stdint.h>

typedef int64_t sysret_t;

/* The thread waits (it has queued itself); its continuation runs when it is woken. */
#define SYS_BLOCKED (INT64_MIN)
/* More chunks are to do: run the continuation again, after taking pending interrupts. */
#define SYS_AGAIN (INT64_MIN + 1)
/* A user copy met a fault that needs waiting; the call starts again from its arguments. */
#define SYS_FAULT_WAIT (INT64_MIN + 2)
/* The frame has been replaced (execve, sigreturn); rax is set already. */
#define SYS_FRAME_SET (INT64_MIN + 3)
/* The thread is dying; the exit loop takes it from here. */
#define SYS_DIED (INT64_MIN + 4)

static inline int sysret_is_result(sysret_t r)
{
	return r > SYS_DIED;
}
