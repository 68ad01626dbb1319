#include "arch/x86_64/pit.h"

#include "arch/x86_64/io.h"

#define PIT_CHANNEL_0 0x40
#define PIT_CHANNEL_2 0x42
#define PIT_COMMAND   0x43
#define PORT_B	      0x61 /* system control port B */

#define PORT_B_GATE_2  0x01
#define PORT_B_SPEAKER 0x02

/* Control words: channel, low byte then high byte, mode, binary. */
#define CHANNEL_0_ONE_SHOT 0x30 /* mode 0: output rises at the end of the count */
#define CHANNEL_0_RATE	   0x34 /* mode 2: reloads itself */
#define CHANNEL_2_RATE	   0xb4 /* mode 2: reloads itself */
#define CHANNEL_2_LATCH	   0x80

#define COUNT_READS 100 /* of three port accesses each, a microsecond or more on a PC */

#define PIT_TICKS_MAX 0x10000UL /* written as 0 */

uint8_t pit_reference_start(void)
{
	uint8_t port_b = inb(PORT_B);

	outb(PORT_B, (uint8_t)((port_b & ~PORT_B_SPEAKER) | PORT_B_GATE_2));
	outb(PIT_COMMAND, CHANNEL_2_RATE);
	outb(PIT_CHANNEL_2, 0);
	outb(PIT_CHANNEL_2, 0);
	return port_b;
}

void pit_reference_stop(uint8_t port_b)
{
	outb(PORT_B, port_b);
}

uint32_t pit_reference_read(void)
{
	uint32_t low, high;

	outb(PIT_COMMAND, CHANNEL_2_LATCH);
	low = inb(PIT_CHANNEL_2);
	high = inb(PIT_CHANNEL_2);
	return ~(high << 8 | low) & PIT_MASK;
}

bool pit_counts(void)
{
	uint8_t port_b = pit_reference_start();
	uint32_t first = pit_reference_read();
	bool changes = false;

	for (int reads = 0; reads < COUNT_READS && !changes; reads++)
		changes = pit_reference_read() != first;
	pit_reference_stop(port_b);
	return changes;
}

void pit_arm(uint64_t ticks)
{
	ticks = MAX(MIN(ticks, PIT_TICKS_MAX), 1UL);
	outb(PIT_COMMAND, CHANNEL_0_ONE_SHOT);
	outb(PIT_CHANNEL_0, (uint8_t)ticks);
	outb(PIT_CHANNEL_0, (uint8_t)(ticks >> 8));
}

void pit_start_periodic(void)
{
	outb(PIT_COMMAND, CHANNEL_0_RATE);
	outb(PIT_CHANNEL_0, 0);
	outb(PIT_CHANNEL_0, 0);
}

void pit_disarm(void)
{
	/* In mode 0 the channel waits, output low, until its count has been written. */
	outb(PIT_COMMAND, CHANNEL_0_ONE_SHOT);
}
