/*
 * Interrupts of devices: their vectors, and who handles them. Handlers run with interrupts off and
 * no lock held; they quiet the device, note what there is to do, and wake a task to do it.
 */
#pragma once

#include "lib/base.h"

/* So many in a row that nobody claims, each within 100 ms of the one before, are a storm. */
#define DEVICE_IRQ_STORM 1000

/* One who handles a vector; it belongs to the driver, and stays for good. */
struct irq_action {
	bool (*handle)(struct irq_action *action); /* false: it was not this device */
	struct irq_action *next;
};

/* What has become of an interrupt. */
enum irq_outcome {
	IRQ_CLAIMED,
	IRQ_UNCLAIMED, /* all who share the vector say that it was not theirs */
	IRQ_STORM,     /* the same, and it is time to mask its source */
	IRQ_NOBODYS,   /* nobody has been added to the vector */
};

struct irq_counts {
	uint64_t claimed, unclaimed;
};

/* A vector that nobody has been given before; -ENOSPC when there is none left. */
__must_check int device_irq_alloc(void);

/* Let `action` handle `vector` too, which other devices may share. Before it can be raised. */
void device_irq_add(uint8_t vector, struct irq_action *action);

/* Call those who handle `vector`. Only one CPU takes a vector. */
enum irq_outcome device_irq_run(uint8_t vector);

/* How often `vector` has come. False when nobody handles it. The CPU that takes it goes on. */
bool device_irq_counts(uint8_t vector, struct irq_counts *counts);
