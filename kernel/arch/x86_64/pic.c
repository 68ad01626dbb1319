#include "arch/x86_64/pic.h"

#include "arch/x86_64/io.h"
#include "arch/x86_64/vectors.h"

#define PIC1_COMMAND 0x20
#define PIC1_DATA    0x21
#define PIC2_COMMAND 0xa0
#define PIC2_DATA    0xa1

#define ICW1_INIT_ICW4	0x11 /* edge triggered, cascaded, ICW4 follows */
#define ICW3_CASCADE_AT 0x04 /* first controller: the second is at input 2 */
#define ICW3_CASCADE_ID 0x02 /* second controller: its number */
#define ICW4_8086	0x01
#define OCW2_EOI	0x20
#define OCW3_READ_IRR	0x0a
#define OCW3_READ_ISR	0x0b
#define ISR_INPUT_7	0x80

#define CASCADE_IRQ 2

static uint16_t mask = 0xffff;

static void write_mask(void)
{
	outb(PIC1_DATA, (uint8_t)mask);
	outb(PIC2_DATA, (uint8_t)(mask >> 8));
}

/* Old controllers want time between the words of a sequence. */
static void command(uint16_t port, uint8_t value)
{
	outb(port, value);
	io_delay();
}

void pic_init(void)
{
#ifdef MUTANT_open_pic
	mask = 0;
#else
	mask = 0xffff;
#endif
	write_mask();
	command(PIC1_COMMAND, ICW1_INIT_ICW4);
	command(PIC2_COMMAND, ICW1_INIT_ICW4);
	command(PIC1_DATA, VECTOR_PIC);
	command(PIC2_DATA, VECTOR_PIC + 8);
	command(PIC1_DATA, ICW3_CASCADE_AT);
	command(PIC2_DATA, ICW3_CASCADE_ID);
	command(PIC1_DATA, ICW4_8086);
	command(PIC2_DATA, ICW4_8086);
	write_mask();
}

void pic_mask(unsigned int irq)
{
	mask |= (uint16_t)(1U << irq);
	write_mask();
}

void pic_unmask(unsigned int irq)
{
	mask &= (uint16_t) ~(1U << irq);
	if (irq >= 8)
		mask &= (uint16_t) ~(1U << CASCADE_IRQ);
	write_mask();
}

bool pic_requested(unsigned int irq)
{
	uint16_t port = irq < 8 ? PIC1_COMMAND : PIC2_COMMAND;

	outb(port, OCW3_READ_IRR);
	return inb(port) >> irq % 8 & 1;
}

void pic_eoi(unsigned int irq)
{
	if (irq >= 8)
		outb(PIC2_COMMAND, OCW2_EOI);
	outb(PIC1_COMMAND, OCW2_EOI);
}

bool pic_handle_spurious(uint64_t vector)
{
	bool second = vector == VECTOR_PIC + 15;
	uint16_t port = second ? PIC2_COMMAND : PIC1_COMMAND;

	if (vector != VECTOR_PIC + 7 && !second)
		return false;
	outb(port, OCW3_READ_ISR);
	if (inb(port) & ISR_INPUT_7)
		return false;
	if (second)
		outb(PIC1_COMMAND, OCW2_EOI);
	return true;
}
