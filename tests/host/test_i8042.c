// sources: tests/host/i8042_kernel.c tests/host/i8042_model.c
/* The keyboard controller is set up as it should be, and nothing is required of it. */
#include "host_test.h"

#include "dev/i8042.h"
#include "i8042_model.h"

#define MS	 1000000ULL
#define LONGEST	 (5000 * MS)
#define ACCESSES 10000 /* of one call */

/* Bits of its configuration. */
#define IRQ_1	  0x01
#define IRQ_2	  0x02
#define SYSTEM	  0x04 /* the firmware's own, to be kept */
#define OFF_1	  0x10
#define OFF_2	  0x20
#define TRANSLATE 0x40

static struct i8042 controller;

/* Set up what the model is; how it ended, and when. */
static enum i8042_state set_up_by(uint64_t *now)
{
	enum i8042_state state;

	controller = (struct i8042){.why = NULL};
	for (*now = 1;; *now += MS) {
		i8042_model.accesses = 0;
		state = i8042_set_up(&controller, *now);
		assert_in_range(i8042_model.accesses, 1, ACCESSES);
		if (state != I8042_WAITING)
			return state;
		assert_in_range(*now, 0, LONGEST);
	}
}

/* The time that it took. */
static uint64_t set_up(enum i8042_state wanted)
{
	uint64_t now;

	assert_int_equal(set_up_by(&now), wanted);
	return now;
}

static void expect_port(unsigned port, bool present, bool answers, bool keyboard)
{
	assert_int_equal(controller.ports[port].present, present);
	assert_int_equal(controller.ports[port].answers, answers);
	assert_int_equal(controller.ports[port].keyboard, keyboard);
}

static void keyboard_and_mouse(void **state)
{
	(void)state;
	i8042_model_reset();
	(void)set_up(I8042_READY);
	expect_port(0, true, true, true);
	expect_port(1, true, true, false);
	assert_int_equal(controller.ports[0].set, 1);
	assert_false(controller.failed_test);
	/* The mouse, whose bytes nobody wants, is off. */
	assert_int_equal(i8042_model.config, IRQ_1 | SYSTEM | OFF_2 | TRANSLATE);
	assert_true(i8042_model.devices[0].scans);
}

static void two_keyboards(void **state)
{
	(void)state;
	i8042_model_reset();
	i8042_model.devices[1] = i8042_model.devices[0];
	(void)set_up(I8042_READY);
	expect_port(0, true, true, true);
	expect_port(1, true, true, true);
	assert_int_equal(controller.ports[1].set, 2); /* only the first port translates */
	assert_int_equal(i8042_model.config, IRQ_1 | IRQ_2 | SYSTEM | TRANSLATE);
	assert_true(i8042_model.devices[0].scans && i8042_model.devices[1].scans);
}

/* The keyboard is where the mouse should be. */
static void exchanged(void **state)
{
	struct model_device keyboard;

	(void)state;
	i8042_model_reset();
	keyboard = i8042_model.devices[0];
	i8042_model.devices[0] = i8042_model.devices[1];
	i8042_model.devices[1] = keyboard;
	(void)set_up(I8042_READY);
	expect_port(0, true, true, false);
	expect_port(1, true, true, true);
}

static void one_port(void **state)
{
	(void)state;
	i8042_model_reset();
	i8042_model.one_port = true;
	(void)set_up(I8042_READY);
	expect_port(0, true, true, true);
	expect_port(1, false, false, false);
	assert_int_equal(i8042_model.config, IRQ_1 | SYSTEM | OFF_2 | TRANSLATE);
}

/* One may be plugged in later, and old ones say nothing of themselves. */
static void nobody_says_keyboard(void **state)
{
	(void)state;
	i8042_model_reset();
	i8042_model.devices[0].n_id = 0;
	(void)set_up(I8042_READY);
	expect_port(0, true, true, true);
	i8042_model_reset();
	i8042_model.devices[0].present = i8042_model.devices[1].present = false;
	(void)set_up(I8042_READY);
	expect_port(0, true, false, true);
	expect_port(1, true, false, false);
	/* The answer to what was asked before came late. */
	i8042_model_reset();
	i8042_model.devices[0].id[0] = 0xfa;
	(void)set_up(I8042_READY);
	expect_port(0, true, true, true);
}

static void what_firmware_left(void **state)
{
	(void)state;
	i8042_model_reset();
	for (uint8_t i = 0; i < 16; i++)
		i8042_model_send(i & 1, 0x1e);
	(void)set_up(I8042_READY);
	expect_port(0, true, true, true);
	expect_port(1, true, true, false);
}

static void bad_controllers(void **state)
{
	(void)state;
	i8042_model_reset();
	i8042_model.test = 0xfc;
	(void)set_up(I8042_READY);
	assert_true(controller.failed_test);
	expect_port(0, true, true, true);
	assert_int_equal(i8042_model.config & (IRQ_1 | OFF_1), IRQ_1);

	i8042_model_reset();
	i8042_model.test = 0;
	(void)set_up(I8042_READY);
	assert_true(controller.failed_test);
	expect_port(0, true, true, true);

	i8042_model_reset();
	i8042_model.no_translate = true;
	(void)set_up(I8042_READY);
	assert_int_equal(controller.ports[0].set, 2);
}

static void no_controller(void **state)
{
	(void)state;
	i8042_model_reset();
	i8042_model.absent = true;
	assert_int_equal(set_up(I8042_GONE), 1); /* nothing was waited for */
	assert_string_equal(controller.why, "nothing answers at its ports");
	i8042_model_reset();
	i8042_model.silent = true;
	assert_in_range(set_up(I8042_GONE), 1, 200 * MS);
	assert_string_equal(controller.why, "it does not answer");
	i8042_model_reset();
	i8042_model.stuck = true;
	assert_in_range(set_up(I8042_GONE), 1, 200 * MS);
	assert_string_equal(controller.why, "it takes no commands");
}

/* Whatever is read at the ports, it ends. */
static void noise(void **state)
{
	unsigned ready = 0;
	uint64_t now;

	(void)state;
	for (uint64_t seed = 1; seed <= 2000; seed++) {
		i8042_model_reset();
		i8042_model.noise = seed;
		ready += set_up_by(&now) == I8042_READY;
	}
	assert_in_range(ready, 1, 1999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keyboard_and_mouse),
		cmocka_unit_test(two_keyboards),
		cmocka_unit_test(exchanged),
		cmocka_unit_test(one_port),
		cmocka_unit_test(nobody_says_keyboard),
		cmocka_unit_test(what_firmware_left),
		cmocka_unit_test(bad_controllers),
		cmocka_unit_test(no_controller),
		cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests_name("i8042", tests, NULL, NULL);
}
