/* The data segment selectors, which ring 3 may load with any selector that the GDT allows it. */
#pragma once

#include "lib/base.h"

struct selectors {
	uint16_t ds, es, fs, gs;
};

static inline struct selectors selectors_read(void)
{
	struct selectors s;

	__asm__ volatile("mov %%ds, %0" : "=rm"(s.ds));
	__asm__ volatile("mov %%es, %0" : "=rm"(s.es));
	__asm__ volatile("mov %%fs, %0" : "=rm"(s.fs));
	__asm__ volatile("mov %%gs, %0" : "=rm"(s.gs));
	return s;
}

/* Values that were read in ring 3: the GDT allows them. The bases must be loaded afterwards. */
static inline void selectors_write(struct selectors s)
{
	__asm__ volatile("mov %0, %%ds" : : "rm"(s.ds));
	__asm__ volatile("mov %0, %%es" : : "rm"(s.es));
	__asm__ volatile("mov %0, %%fs" : : "rm"(s.fs));
	__asm__ volatile("mov %0, %%gs" : : "rm"(s.gs));
}
