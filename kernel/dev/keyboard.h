/*
 * The keyboard, from the controller's interrupt to who reads. A kernel task sets the controller up
 * and turns keys into bytes: for the monitor while that is entered, else for the console.
 */
#pragma once

#include "dev/acpi_tables.h"
#include "dev/keymap.h"

/*
 * Route the interrupts and start the task. Without a controller that is told, by the task, and
 * reading the console finds its end. False without memory. At boot, on the CPU that is to have the
 * interrupts.
 */
__must_check bool keyboard_start(const struct acpi_fadt_info *fadt, const struct keymap *map);

/* In a panic: look whether a key was pressed, and hand it on. Takes no lock. */
void keyboard_poll(void);

/* Shall Ctrl-Alt-Del reset the machine (as it does at first)? Else it does nothing. */
void keyboard_set_ctrl_alt_del(bool resets);

/* Offered all bytes; false: they are the console's. Registered by the monitor. */
extern bool (*keyboard_takes)(const char *bytes, unsigned n);

/* Told the letter that was pressed with Alt-SysRq. Registered by the monitor. */
extern void (*keyboard_sysrq)(char letter);
