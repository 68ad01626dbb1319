/* The VGA's text screen, 80 by 25 (IBM VGA technical reference). */
#pragma once

#include "dev/cells.h"

#define VGA_TEXT_ADDRESS 0xb8000
#define VGA_TEXT_SIZE	 4000
#define VGA_TEXT_ROWS	 25
#define VGA_TEXT_COLUMNS 80

/* The screen's memory is mapped at `memory` from now on; NULL: there is no screen any more. */
void vga_text_use(volatile uint16_t *memory);

/* Make all of it blank. */
void vga_text_clear(void);

/* Draw a cell; where the cursor is, the hardware's goes. */
void vga_text_draw(unsigned row, unsigned column, struct cell cell);
