/*
 * A keyboard controller at the ports 0x60 and 0x64, with devices at its own two ports: one that
 * does all it should, until a field says otherwise.
 */
#pragma once

#include "lib/base.h"

#define MODEL_QUEUE 64

/* A device; what it says of itself are up to two bytes. */
struct model_device {
	bool present;
	uint8_t id[2];
	unsigned n_id;
	bool scans; /* it has been told to */
};

struct i8042_model {
	struct model_device devices[2];
	bool one_port;
	bool absent;	   /* reads find 0xff, as where nothing answers */
	bool silent;	   /* commands have no answer */
	bool stuck;	   /* the last byte is never taken */
	bool no_translate; /* whatever it is told */
	uint64_t noise;	   /* the state of test_random(), which reads are then; 0: they are not */
	uint8_t test;	   /* the self-test's answer; 0: none */
	uint8_t config;
	unsigned accesses; /* to its ports, in all */

	uint8_t command; /* that wants a byte; 0: none does */
	struct {
		uint8_t port, byte;
	} queue[MODEL_QUEUE];
	unsigned put, taken;
};

extern struct i8042_model i8042_model;

/* One with a keyboard at the first port and a mouse at the second, as firmware leaves it. */
void i8042_model_reset(void);

/* A device, or the controller itself by port 0, sends that. */
void i8042_model_send(uint8_t port, uint8_t byte);
