/*
 * The VGA text screen, 80 x 25. Safe in a panic: no lock, nothing outside the screen is written
 * whatever its state. Callers serialise; the caller knows that there is such a screen.
 */
#pragma once

#include "lib/base.h"

#define VGA_TEXT_PHYS  0xb8000
#define VGA_TEXT_BYTES 4000

/* Use the screen whose cells are mapped at `cells` (VGA_TEXT_BYTES, write-combining or uncached),
 * and clear it. NULL: there is none. */
void vga_text_init(volatile uint16_t *cells);

/*
 * Write `size` bytes at `text`: printable ASCII, \n, \r, \t, \b; other bytes show as '?'. Scrolls.
 * Does nothing without a screen.
 */
void vga_text_write(const char *text, size_t size);
