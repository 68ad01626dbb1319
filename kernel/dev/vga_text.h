/* The VGA's text screen, 80 by 25 (IBM VGA technical reference), as a typewriter. */
#pragma once

#include "lib/base.h"

#define VGA_TEXT_ADDRESS 0xb8000
#define VGA_TEXT_SIZE	 4000

/* Write to the screen whose cells are mapped at `cells` from now on; NULL: to none. */
void vga_text_use(volatile uint16_t *cells);

/* Write text at the end; what is not printable, but newline and tab, becomes a dot. RANK_PORT. */
void vga_text_write(const char *text, size_t length);
