/* What the parts of the terminal (vt.h) are for one another. */
#pragma once

#include "dev/vt.h"

/* A byte of text: ASCII from a space on, or a part of a character in UTF-8. */
void vt_text(struct vt *vt, uint8_t byte);

/* A control sequence ends with `last`; and a sequence of ESC without `[`, with it. */
void vt_control_sequence(struct vt *vt, char last);
void vt_escape(struct vt *vt, char last);

/* SGR, with the parameters that were read: the pen's colours and flags. */
void vt_set_rendition(struct vt *vt);

/* As after vt_init(), but what newline does; the cells and the cursor stay. */
void vt_reset(struct vt *vt);

/* How many parameters there are to look at: 1 at least. */
static inline unsigned vt_parameters(const struct vt *vt)
{
	return MIN(vt->last_parameter + 1, VT_PARAMETERS);
}

/* What erased cells look like. */
static inline struct cell vt_blank(const struct vt *vt)
{
	struct cell cell = CELL_BLANK;

	cell.colour = (uint8_t)((cell.colour & 0x0f) | (vt->now.pen.colour & 0xf0));
	return cell;
}
