/*
 * Interrupts of devices: their vectors, and who handles them. Handlers run with interrupts off and
 * no lock held; they quiet the device, note what there is to do, and wake a task to do it.
 */
#pragma once

#include "lib/base.h"

/* One who handles a vector; it belongs to the driver, and stays for good. */
struct irq_action {
	bool (*handle)(struct irq_action *action); /* false: it was not this device */
	struct irq_action *next;
};

/* A vector that nobody has been given before; -ENOSPC when there is none left. */
__must_check int device_irq_alloc(void);

/* Let `action` handle `vector` too, which other devices may share. Before it can be raised. */
void device_irq_add(uint8_t vector, struct irq_action *action);

/* Call those who handle `vector`; false when none of them says that it was its own. */
bool device_irq_run(uint8_t vector);
