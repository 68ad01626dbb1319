// cflags: -iquote tests/host/model_io
/* A keyboard controller: see i8042_model.h. */
#include "host_test.h"

#include "i8042_model.h"

#include "arch/x86_64/io.h"

#define DATA	0x60
#define CONTROL 0x64

#define OUTPUT_FULL 0x01
#define INPUT_FULL  0x02
#define FROM_SECOND 0x20

#define OFF_1	  0x10
#define OFF_2	  0x20
#define TRANSLATE 0x40

#define ACK 0xfa

struct i8042_model i8042_model;
static struct i8042_model *const model = &i8042_model;

void i8042_model_reset(void)
{
	i8042_model = (struct i8042_model){
		.devices = {{.present = true, .id = {0xab, 0x41}, .n_id = 2},
			    {.present = true, .id = {0x00}, .n_id = 1}},
		.test = 0x55,
		.config = 0x47, /* both interrupts on, translating */
	};
}

void i8042_model_send(uint8_t port, uint8_t byte)
{
	if (model->put - model->taken == MODEL_QUEUE)
		return;
	model->queue[model->put % MODEL_QUEUE].port = port;
	model->queue[model->put++ % MODEL_QUEUE].byte = byte;
}

static void to_device(uint8_t port, uint8_t byte)
{
	struct model_device *device = &model->devices[port];

	if (!device->present || (model->one_port && port))
		return;
	i8042_model_send(port, ACK);
	if (byte == 0xf2) {
		for (unsigned i = 0; i < device->n_id; i++)
			i8042_model_send(port, device->id[i]);
	} else if (byte == 0xf4 || byte == 0xf5) {
		device->scans = byte == 0xf4;
	}
}

static void answer(uint8_t byte)
{
	if (!model->silent)
		i8042_model_send(0, byte);
}

static void self_test(void)
{
	model->config = OFF_1 | OFF_2;
	if (model->test)
		answer(model->test);
}

static void command(uint8_t byte)
{
	model->command = 0;
	switch (byte) {
	case 0x20:
		answer(model->config & (uint8_t) ~(model->no_translate ? TRANSLATE : 0));
		break;
	case 0xa7:
		model->config |= OFF_2;
		break;
	case 0xa8:
		model->config &= (uint8_t) ~(model->one_port ? 0 : OFF_2);
		break;
	case 0xaa:
		self_test();
		break;
	case 0xad:
		model->config |= OFF_1;
		break;
	case 0xae:
		model->config &= (uint8_t)~OFF_1;
		break;
	default:
		model->command = byte;
		break;
	}
}

static void data(uint8_t byte)
{
	if (model->command == 0x60)
		model->config = byte | (model->one_port ? OFF_2 : 0);
	else if (model->command == 0xd4)
		to_device(1, byte);
	else
		to_device(0, byte);
	model->command = 0;
}

static uint8_t status(void)
{
	uint8_t bits = model->stuck ? INPUT_FULL : 0;

	if (model->put == model->taken)
		return bits;
	return bits | OUTPUT_FULL |
	       (model->queue[model->taken % MODEL_QUEUE].port ? FROM_SECOND : 0);
}

uint8_t inb(uint16_t port)
{
	model->accesses++;
	if (model->absent)
		return 0xff;
	if (model->noise)
		return (uint8_t)(test_random(&model->noise) >> 32);
	if (port == CONTROL)
		return status();
	if (model->put == model->taken)
		return 0;
	return model->queue[model->taken++ % MODEL_QUEUE].byte;
}

void outb(uint16_t port, uint8_t value)
{
	model->accesses++;
	if (model->absent || model->stuck)
		return;
	if (port == CONTROL)
		command(value);
	else
		data(value);
}
