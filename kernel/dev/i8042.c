#include "dev/i8042.h"

#include "arch/x86_64/io.h"

#define DATA	0x60
#define CONTROL 0x64 /* read: status; write: commands */

#define STATUS_OUTPUT 0x01 /* a byte can be read */
#define STATUS_INPUT  0x02 /* the last byte has not been taken yet */
#define STATUS_PORT_2 0x20 /* the byte to be read is the second port's */
#define FLOATING      0xff

#define CMD_READ_CONFIG	 0x20
#define CMD_WRITE_CONFIG 0x60
#define CMD_DISABLE_2	 0xa7
#define CMD_ENABLE_2	 0xa8
#define CMD_SELF_TEST	 0xaa
#define CMD_DISABLE_1	 0xad
#define CMD_ENABLE_1	 0xae
#define CMD_TO_PORT_2	 0xd4
#define SELF_TEST_PASSED 0x55

#define CONFIG_IRQ_1	 0x01
#define CONFIG_IRQ_2	 0x02
#define CONFIG_OFF_1	 0x10
#define CONFIG_OFF_2	 0x20
#define CONFIG_TRANSLATE 0x40 /* the first port's set 2 to set 1 */

/* To devices, and what they say. */
#define DEV_IDENTIFY 0xf2
#define DEV_ENABLE   0xf4
#define DEV_DISABLE  0xf5
#define DEV_ACK	     0xfa
#define DEV_KEYBOARD 0xab /* the first of two bytes; old keyboards have none */
#define DEV_MOUSE    0x04 /* the highest of mice's */

#define NS_PER_MS 1000000ULL
#define WRITE_MS  100
#define FLUSH_MAX 64

enum op { OP_COMMAND, OP_CONFIG, OP_PORT_1, OP_PORT_2, OP_READ };

/* One byte to be written, and what is to be done with the answer, -1 when none comes. */
struct step {
	enum op op;
	uint8_t byte;
	bool second;	    /* only if there is a second port */
	uint16_t answer_ms; /* so long it is waited for */
	void (*answer)(struct i8042 *controller, int byte);
};

static void got_config(struct i8042 *controller, int byte)
{
	if (byte < 0) {
		controller->why = "it does not answer";
		return;
	}
	controller->config = (uint8_t)byte;
	controller->config &= (uint8_t) ~(CONFIG_IRQ_1 | CONFIG_IRQ_2);
	controller->config |= CONFIG_TRANSLATE | CONFIG_OFF_1 | CONFIG_OFF_2;
	controller->ports[0] = (struct i8042_port){.present = true, .keyboard = true, .set = 1};
}

static void got_self_test(struct i8042 *controller, int byte)
{
	controller->failed_test = byte != SELF_TEST_PASSED;
}

/* Some do not translate, whatever they are told. */
static void got_translation(struct i8042 *controller, int byte)
{
	if (byte >= 0 && !(byte & CONFIG_TRANSLATE))
		controller->ports[0].set = 2;
}

/* The second port could just be enabled, so it is there. */
static void got_second(struct i8042 *controller, int byte)
{
	if (byte >= 0 && !(byte & CONFIG_OFF_2))
		controller->ports[1] = (struct i8042_port){.present = true, .set = 2};
}

static void got_ack_1(struct i8042 *controller, int byte)
{
	controller->ports[0].answers |= byte == DEV_ACK;
}

static void got_ack_2(struct i8042 *controller, int byte)
{
	controller->ports[1].answers |= byte == DEV_ACK;
}

/* What does not say that it is a mouse is taken for a keyboard, however odd or late its answer. */
static void got_id_1(struct i8042 *controller, int byte)
{
	controller->ports[0].keyboard = byte < 0 || byte > DEV_MOUSE;
}

static void got_id_2(struct i8042 *controller, int byte)
{
	controller->ports[1].keyboard = byte == DEV_KEYBOARD;
	if (byte == DEV_KEYBOARD)
		controller->config |= CONFIG_IRQ_2;
	else
		controller->config |= CONFIG_OFF_2;
}

static void enable_first(struct i8042 *controller, int byte)
{
	(void)byte;
	controller->config &= (uint8_t)~CONFIG_OFF_1;
	controller->config |= CONFIG_IRQ_1;
}

static void enable_second(struct i8042 *controller, int byte)
{
	(void)byte;
	controller->config &= (uint8_t)~CONFIG_OFF_2;
}

static void ignore_answer(struct i8042 *controller, int byte)
{
	(void)controller;
	(void)byte;
}

static const struct step steps[] = {
	{OP_COMMAND, CMD_DISABLE_1, false, 0, NULL},
	{OP_COMMAND, CMD_DISABLE_2, false, 0, NULL},
	{OP_COMMAND, CMD_READ_CONFIG, false, 100, got_config},
	{OP_COMMAND, CMD_SELF_TEST, false, 500, got_self_test},
	{OP_COMMAND, CMD_WRITE_CONFIG, false, 0, NULL}, /* the test may have reset it */
	{OP_CONFIG, 0, false, 0, NULL},
	{OP_COMMAND, CMD_READ_CONFIG, false, 100, got_translation},
	{OP_COMMAND, CMD_ENABLE_2, false, 0, NULL},
	{OP_COMMAND, CMD_READ_CONFIG, false, 100, got_second},
	{OP_COMMAND, CMD_DISABLE_2, false, 0, NULL},
	{OP_COMMAND, CMD_ENABLE_1, false, 0, NULL},
	{OP_PORT_1, DEV_DISABLE, false, 100, got_ack_1},
	{OP_PORT_1, DEV_IDENTIFY, false, 100, got_ack_1},
	{OP_READ, 0, false, 50, got_id_1},
	{OP_READ, 0, false, 50, ignore_answer},
	{OP_PORT_1, DEV_ENABLE, false, 100, got_ack_1},
	{OP_COMMAND, CMD_DISABLE_1, true, 0, NULL},
	{OP_COMMAND, CMD_ENABLE_2, true, 0, enable_second},
	{OP_PORT_2, DEV_DISABLE, true, 100, got_ack_2},
	{OP_PORT_2, DEV_IDENTIFY, true, 100, got_ack_2},
	{OP_READ, 0, true, 50, got_id_2},
	{OP_READ, 0, true, 50, ignore_answer},
	{OP_PORT_2, DEV_ENABLE, true, 100, ignore_answer},
	{OP_COMMAND, CMD_WRITE_CONFIG, false, 0, enable_first},
	{OP_CONFIG, 0, false, 0, NULL},
};

int i8042_read(unsigned *port)
{
	uint8_t status = inb(CONTROL);

	if (status == FLOATING || !(status & STATUS_OUTPUT))
		return -1;
	*port = (status & STATUS_PORT_2) ? 1 : 0;
	return inb(DATA);
}

static void flush(void)
{
	unsigned port;

	for (int n = 0; n < FLUSH_MAX && i8042_read(&port) >= 0; n++)
		;
}

/* Begin to wait for so long, if that has not begun; false when the time is over. */
static bool may_wait(struct i8042 *controller, uint64_t now, unsigned ms)
{
	if (!controller->deadline)
		controller->deadline = now + ms * NS_PER_MS;
	return now < controller->deadline;
}

/* To a device of the second port it takes a command first, which is sent with the byte's own wait.
 */
static bool write_byte(struct i8042 *controller, const struct step *step)
{
	uint8_t byte = step->op == OP_CONFIG ? controller->config : step->byte;

	if (inb(CONTROL) & STATUS_INPUT)
		return false;
	if (step->op == OP_PORT_2) {
		outb(CONTROL, CMD_TO_PORT_2);
		for (int polls = 0; polls < 1000 && (inb(CONTROL) & STATUS_INPUT); polls++)
			io_delay();
	}
	outb(step->op == OP_COMMAND ? CONTROL : DATA, byte);
	return true;
}

static void next_step(struct i8042 *controller)
{
	controller->step++;
	controller->sent = false;
	controller->deadline = 0;
}

/* The byte has been written, or none was to be: is the answer here, or not to be waited for? */
static bool take_answer(struct i8042 *controller, const struct step *step, uint64_t now)
{
	unsigned port;
	int byte = step->answer_ms ? i8042_read(&port) : -1;

	if (byte < 0 && step->answer_ms && may_wait(controller, now, step->answer_ms))
		return false;
	if (step->answer)
		step->answer(controller, byte);
	return true;
}

/* False when the step has to wait. */
static bool do_step(struct i8042 *controller, const struct step *step, uint64_t now)
{
	if (step->second && !controller->ports[1].present) {
		next_step(controller);
		return true;
	}
	if (!controller->sent && step->op != OP_READ) {
		if (!write_byte(controller, step)) {
			if (may_wait(controller, now, WRITE_MS))
				return false;
			controller->why = "it takes no commands";
			return true;
		}
		controller->sent = true;
		controller->deadline = 0;
	}
	if (!take_answer(controller, step, now))
		return false;
	next_step(controller);
	if (controller->step == 2)
		flush(); /* with both ports disabled, nothing comes after it */
	return true;
}

enum i8042_state i8042_set_up(struct i8042 *controller, uint64_t now)
{
	if (controller->step == 0 && inb(CONTROL) == FLOATING)
		controller->why = "nothing answers at its ports";
	while (!controller->why && controller->step < ARRAY_SIZE(steps)) {
		if (!do_step(controller, &steps[controller->step], now))
			return I8042_WAITING;
	}
	return controller->why ? I8042_GONE : I8042_READY;
}
