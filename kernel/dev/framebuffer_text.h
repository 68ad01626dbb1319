/* Character cells on the framebuffer. */
#pragma once

#include "dev/cells.h"

/*
 * Clear the framebuffer and divide it into cells, of pixels so large that there are no more cells
 * than `struct cells` can have. Returns what drawing one costs, in times of the smallest cells; 0:
 * there is no framebuffer.
 */
unsigned framebuffer_text_begin(unsigned *rows, unsigned *columns);

/* Draw a cell. */
void framebuffer_text_draw(unsigned row, unsigned column, struct cell cell);
