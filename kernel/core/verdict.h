/*
 * How a run ends, told to the host: one printable line on port 0xe9, with the run's nonce and a
 * checksum, and then the end of the emulator, where the command line says that there is one.
 */
#pragma once

#include "lib/base.h"

enum verdict_kind {
	VERDICT_EXIT,	/* the first process exited; the value is its status */
	VERDICT_KILLED, /* a signal killed it; the value is the signal's number */
	VERDICT_PANIC,	/* the kernel panicked; the cause in words */
};

/* Take the words `nonce=` and `end=` from the command line. At boot. */
void verdict_init(const char *cmdline);

/* Send the record. `cause` is used for VERDICT_PANIC only, `value` for the others. */
void verdict_send(enum verdict_kind kind, int value, const char *cause);

/* Does the command line say how to end the emulator? */
bool verdict_ends_emulator(void);

/* End the emulator; returns where the command line does not say how. */
void verdict_end(void);
