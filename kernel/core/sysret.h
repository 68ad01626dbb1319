/*
 * What a system call handler or a continuation returns: a result (a value, or a negative errno) or
 * one of these words to the exit loop. They lie below all negative errnos, which end at -4095, and
 * no other result is negative; and they are small enough to be compared with in one instruction.
 */
#pragma once

#include <stdint.h>

typedef int64_t sysret_t;

/* The thread waits (it has queued itself); its continuation runs when it is woken. */
#define SYS_BLOCKED (-65536)
/* More chunks are to do: run the continuation again, after taking pending interrupts. */
#define SYS_AGAIN (-65535)
/* A user copy met a fault that needs waiting; the call starts again from its arguments. */
#define SYS_FAULT_WAIT (-65534)
/* The frame has been replaced (execve, sigreturn); rax is set already. */
#define SYS_FRAME_SET (-65533)
/* The thread is dying; the exit loop takes it from here. */
#define SYS_DIED (-65532)

static inline int sysret_is_result(sysret_t r)
{
	return r > SYS_DIED;
}
