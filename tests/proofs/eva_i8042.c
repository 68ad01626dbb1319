// sources: kernel/dev/i8042.c
// options: -eva-precision 2
// variants: -iquotetests/proofs/ports
/*
 * A controller of keyboards whose ports read as anything, each time anew: setting it up goes on in
 * any state and at any time, and its steps are those that there are.
 */
#include "dev/i8042.h"
#include "eva.h"
#include "ports/arch/x86_64/io.h"

#define STEPS 25

static volatile int sink;

static struct i8042_port any_port(void)
{
	return (struct i8042_port){any_bool(), any_bool(), any_bool(), (uint8_t)any_u32()};
}

int main(void)
{
	struct i8042 controller = {
		.ports = {any_port(), any_port()},
		.step = any_u32() % STEPS,
		.sent = any_bool(),
		.deadline = any_u64(),
		.config = (uint8_t)any_u32(),
	};
	unsigned port = 0;

	if (i8042_set_up(&controller, any_u64()) == I8042_GONE)
		sink = controller.why[0];
	//@ assert controller.step <= STEPS;
	sink = i8042_read(&port);
	//@ assert port < I8042_PORTS;
	return 0;
}
