/* The end: one CPU claims the panic, stops the others by NMI, and tells everything it knows. */
#pragma once

#include "arch/x86_64/trapframe.h"
#include "lib/upcall.h"

/* panic() for a trap in ring 0: the report starts from the registers of `tf`. */
__noreturn void panic_trap(const struct trapframe *tf, uint64_t cr2, const char *fmt, ...)
	__printf_like(3, 4);

/* Is a panic going on? */
bool panic_active(void);

/* On another CPU, so that an NMI means "stop here"? */
bool panic_elsewhere(void);

/* Note where this CPU was (`tf`), and halt it for good. Called by the NMI and by spins. */
__noreturn void panic_stop_here(const struct trapframe *tf);

/* Sends an NMI to every other CPU; registered by main once there is an interrupt controller. */
extern void (*panic_stop_others)(void);

/* Logs who CPU `cpu_id` is running, one line; registered by proc. */
extern void (*panic_print_thread)(uint32_t cpu_id);

/* Shows the report (core/panic_report.h) on the screen when all is told; registered by dev. */
extern void (*panic_show)(void);

/*
 * Lets somebody look around when all is told: it polls, takes no lock, and returns when nobody
 * wants to see more. Registered by the monitor. A fault or panic in there begins it anew.
 */
extern void (*panic_monitor)(void);
