/* GDT, TSS and IDT (SDM 3A 3.4.5, 6.10, 7.7). */
#pragma once

#include "arch/x86_64/cpu.h"

/* Interrupt stack table indices; 0 means the main stack. */
#define IST_DF	1
#define IST_NMI 2
#define IST_MC	3
#define IST_DB	4

/* Fill the IDT, once, before any CPU loads it. */
void idt_build(void);

/*
 * Give CPU `id` its GDT and TSS, on their pages of its (mapped) window, and load them and the IDT.
 * The only place that writes TSS.rsp0. To be called on that CPU.
 */
void descriptors_load(uint32_t id);

/* What TSS.rsp0 of CPU `id` must be: a constant of its window. */
static inline uint64_t cpu_rsp0(uint32_t id)
{
	return cpu_window(id) + WINDOW_STACK_TOP;
}

/* Leave this CPU without an IDT: the next exception is a triple fault, which resets the machine. */
void idt_drop(void);
