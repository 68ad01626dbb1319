/* Maskable interrupts, by vector. */
#pragma once

#include "proc/thread.h"

/* Handle interrupt `vector`, which hit `thread` in ring 3, or the idle CPU (NULL). */
void irq_handle(uint64_t vector, struct thread *thread);
