#include "dev/keyboard.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/tsc.h"
#include "core/device_irq.h"
#include "core/log.h"
#include "dev/console_input.h"
#include "dev/i8042.h"
#include "dev/isa_irq.h"
#include "dev/keys.h"
#include "dev/power.h"
#include "dev/screen.h"
#include "lib/upcall.h"
#include "proc/ktask.h"

#define RING_SIZE  256	  /* bytes that have come and are not decoded yet */
#define TURN_BYTES 32	  /* that a turn decodes at most */
#define IRQ_BYTES  16	  /* that an interrupt takes at most */
#define LOOK_LINES 12U	  /* half a page of the smallest screen, */
#define LOOK_MAX   10000U /* and more than is kept */
#define RETRY_NS   1000000ULL

static const uint8_t irqs[I8042_PORTS] = {1, 12};

/* The task's own; after a panic, the only CPU's. */
static struct i8042 controller;
static enum i8042_state state;
static struct scan_decoder decoders[I8042_PORTS];
static struct keys keys;
static struct thread *keyboard_task;
static bool reset_wanted;
static bool ctrl_alt_del_resets = true; /* atomic */

bool (*keyboard_takes)(const char *bytes, unsigned n);
void (*keyboard_sysrq)(char letter);

/* --- from the interrupt to the task, both on one CPU: neither comes amid the other --- */

static bool listening; /* set up: the bytes are keys */
static struct {
	uint8_t port, byte;
} ring[RING_SIZE];
static uint32_t ring_put, ring_taken; /* in all */

/* Before it is set up, what comes is an answer that the task waits for. */
static bool keyboard_irq(struct irq_action *action)
{
	unsigned port;
	int byte;

	(void)action;
	if (!listening)
		return true;
	for (int n = 0; n < IRQ_BYTES && (byte = i8042_read(&port)) >= 0; n++) {
		if (ring_put - ring_taken == RING_SIZE)
			continue;
		ring[ring_put % RING_SIZE].port = (uint8_t)port;
		ring[ring_put++ % RING_SIZE].byte = (uint8_t)byte;
	}
	thread_wake(keyboard_task);
	return true;
}

/* --- keys --- */

/* Any other key that means something shows the screen as it is. */
static void look_back(const struct key_output *out)
{
	static unsigned back; /* lines */

	if (out->look < 0)
		back = MIN(back + LOOK_LINES, LOOK_MAX);
	else if (out->look > 0)
		back -= MIN(back, LOOK_LINES);
	else if (!back || !out->n)
		return;
	else
		back = 0;
	screen_look_back(back);
}

static void hand_on(const struct key_output *out)
{
	look_back(out);
	if (out->ctrl_alt_del && __atomic_load_n(&ctrl_alt_del_resets, __ATOMIC_RELAXED))
		reset_wanted = true;
	if (out->sysrq && keyboard_sysrq)
		keyboard_sysrq(out->sysrq);
	if (out->n && !(keyboard_takes && keyboard_takes(out->bytes, out->n)))
		console_input(out->bytes, out->n);
}

static bool decode(unsigned port, uint8_t byte, struct key_output *out)
{
	struct key_event event;

	if (!controller.ports[port].keyboard || !scan_decode(&decoders[port], byte, &event))
		return false;
	keys_feed(&keys, &event, out);
	return true;
}

static bool decode_some(void)
{
	uint32_t todo = MIN(ring_put - ring_taken, (uint32_t)TURN_BYTES);
	struct key_output out;

	if (!todo)
		return false;
	for (; todo; todo--, ring_taken++) {
		uint32_t at = ring_taken % RING_SIZE;

		if (decode(ring[at].port, ring[at].byte, &out))
			hand_on(&out);
	}
	if (reset_wanted)
		power_end(POWER_RESET);
	return true;
}

void keyboard_poll(void)
{
	struct key_output out;
	unsigned port;
	int byte = i8042_read(&port);

	if (byte < 0 || !decode(port, (uint8_t)byte, &out))
		return;
	if (out.ctrl_alt_del)
		power_now(POWER_RESET);
	look_back(&out);
	if (out.sysrq && keyboard_sysrq)
		keyboard_sysrq(out.sysrq);
	if (out.n && keyboard_takes)
		(void)keyboard_takes(out.bytes, out.n);
}

void keyboard_set_ctrl_alt_del(bool resets)
{
	__atomic_store_n(&ctrl_alt_del_resets, resets, __ATOMIC_RELAXED);
}

/* --- setting up --- */

static const char *name_of(const struct i8042_port *port)
{
	if (!port->present)
		return "none";
	if (!port->answers)
		return "nobody answers";
	return port->keyboard ? "a keyboard" : "no keyboard";
}

static void tell(void)
{
	if (state == I8042_GONE) {
		log_line("keyboard: no controller: %s", controller.why);
		return;
	}
	if (controller.failed_test)
		log_line("keyboard: the controller fails its own test, and is used all the same");
	log_line("keyboard: first port %s, second port %s; scan codes of set %u, layout %s",
		 name_of(&controller.ports[0]), name_of(&controller.ports[1]),
		 controller.ports[0].set, keymap_name(keys.map));
}

/* True when it is over, for better or worse. */
static bool set_up(void)
{
	if (state == I8042_WAITING)
		state = i8042_set_up(&controller, clock_ns());
	if (state == I8042_WAITING)
		return false;
	tell();
	if (state == I8042_GONE) {
		console_input_end();
		return true;
	}
	for (unsigned port = 0; port < I8042_PORTS; port++)
		decoders[port].set = controller.ports[port].set;
	listening = true;
	/* What came before that has had its interrupt. */
	(void)keyboard_irq(NULL);
	return true;
}

static sysret_t wait_a_moment(struct thread *task)
{
	thread_prepare_wait(task);
	thread_wake_at(task, clock_ns() + RETRY_NS);
	return SYS_BLOCKED;
}

static sysret_t keyboard_turn(struct thread *task)
{
	static bool is_set_up;

	thread_cancel_wait(task);
	if (!is_set_up)
		is_set_up = set_up();
	if (!is_set_up || reset_wanted) {
		if (reset_wanted)
			power_end(POWER_RESET);
		return wait_a_moment(task);
	}
	return ktask_turn(task, decode_some);
}

static bool route(void)
{
	static struct irq_action actions[I8042_PORTS];

	for (unsigned port = 0; port < I8042_PORTS; port++) {
		int vector = device_irq_alloc();

		if (vector < 0)
			return false;
		actions[port].handle = keyboard_irq;
		device_irq_add(isa_irq_route(irqs[port], (uint8_t)vector, false), &actions[port]);
	}
	return true;
}

bool keyboard_start(const struct acpi_fadt_info *fadt, const struct keymap *map)
{
	keys.map = map;
	keys.num = true;
	if (fadt->present && !fadt->i8042) {
		controller.why = "so ACPI says";
		state = I8042_GONE;
	} else if (!route()) {
		controller.why = "no vector is left for it";
		state = I8042_GONE;
	}
	keyboard_task = ktask_start_on("keyboard", keyboard_turn, this_cpu()->id);
	return keyboard_task != NULL;
}
