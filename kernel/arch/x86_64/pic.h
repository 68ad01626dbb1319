/*
 * The two 8259 interrupt controllers (Intel 8259A data sheet). Masked for good where I/O APICs
 * exist; the interrupt source of a machine without ACPI.
 */
#pragma once

#include "lib/base.h"

#define PIC_IRQS 16

/*
 * Move their vectors from the exceptions to VECTOR_PIC, and mask all inputs. Without 8259s it does
 * nothing.
 */
void pic_init(void);

/* Mask or unmask input `irq` (0 to 15); unmasking one of the second controller opens the cascade.
 */
void pic_mask(unsigned int irq);
void pic_unmask(unsigned int irq);

/* Has input `irq` asked for an interrupt that was not taken yet, masked or not? */
bool pic_requested(unsigned int irq);

/* End of interrupt for `irq`. Not for a spurious one. */
void pic_eoi(unsigned int irq);

/*
 * An interrupt came at `vector`. True when it is a spurious one of an 8259: the request was gone
 * before it was accepted (IRQ 7 and 15 only). Then no EOI is due; the cascade's has been sent.
 */
bool pic_handle_spurious(uint64_t vector);
