/*
 * The controller of PS/2 keyboards and mice (Intel 8042, as in IBM's PS/2 technical reference). It
 * need not be there, nor answer, nor pass its own test: each wait ends. It is set up step by step,
 * so that nothing is held off by its slowness. Callers serialise.
 */
#pragma once

#include "lib/base.h"

#define I8042_PORTS 2

enum i8042_state {
	I8042_WAITING, /* call again, in a millisecond */
	I8042_READY,
	I8042_GONE, /* there is none; `why` says how that is known */
};

struct i8042_port {
	bool present;
	bool answers;  /* the device has acknowledged a command */
	bool keyboard; /* so it says; on the first port, unless it says that it is a mouse */
	uint8_t set;   /* of its scan codes, as they arrive */
};

struct i8042 {
	struct i8042_port ports[I8042_PORTS];
	const char *why;
	bool failed_test; /* it says so itself, and is used all the same */

	unsigned step;	   /* of the steps in i8042.c, */
	bool sent;	   /* whose byte is written, */
	uint64_t deadline; /* and that waits until then; 0: not yet */
	uint8_t config;
};

/* Go on setting it up, at `now` in nanoseconds. All fields are 0 before the first call. */
enum i8042_state i8042_set_up(struct i8042 *controller, uint64_t now);

/* The next byte that a device has sent, and by which port; -1 when there is none. */
int i8042_read(unsigned *port);
