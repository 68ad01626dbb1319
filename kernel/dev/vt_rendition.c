/* SGR: the colours of text (ECMA-48 8.3.117, and xterm's). */
#include "dev/vt_parts.h"

#define DIRECT_COLOUR 38   /* a colour by number or by its parts follows */
#define BRIGHTEST     255U /* of a part */

static void set_foreground(struct cell *pen, unsigned colour)
{
	pen->colour = (uint8_t)((pen->colour & 0xf0) | colour);
}

static void set_background(struct cell *pen, unsigned colour)
{
	pen->colour = (uint8_t)((pen->colour & 0x0f) | colour << 4);
}

/* The nearest of 16 colours to parts of 0 to 255. */
static unsigned nearest(unsigned red, unsigned green, unsigned blue)
{
	unsigned most = MAX(red, MAX(green, blue));
	unsigned half = most / 2;

	if (most < 0x40)
		return 0;
	if (most < 0x80 && MIN(red, MIN(green, blue)) >= 0x40)
		return 8;
	return (red > half) | (green > half) << 1 | (blue > half) << 2 | (most > 0xd0) << 3;
}

/* What xterm makes of 0 to 5 of a part. */
static unsigned cube(unsigned n)
{
	return n ? 55 + 40 * n : 0;
}

/* One of xterm's 256: 16, a cube of 6 by 6 by 6, and 24 greys. */
static unsigned of_256(unsigned n)
{
	if (n < 16)
		return n;
	if (n >= 232)
		return nearest((n - 232) * 10 + 8, (n - 232) * 10 + 8, (n - 232) * 10 + 8);
	n = MIN(n - 16, 215U);
	return nearest(cube(n / 36), cube(n / 6 % 6), cube(n % 6));
}

/* A colour that parameters from `*i` on give: 5;N or 2;R;G;B; `*i` becomes the last of them. */
static unsigned direct_colour(const struct vt *vt, unsigned *i)
{
	const unsigned *p = vt->parameters + *i;
	unsigned left = vt_parameters(vt) - *i - 1;

	if (left >= 2 && p[1] == 5) {
		*i += 2;
		return of_256(p[2]);
	}
	if (left >= 4 && p[1] == 2) {
		*i += 4;
		return nearest(MIN(p[2], BRIGHTEST), MIN(p[3], BRIGHTEST), MIN(p[4], BRIGHTEST));
	}
	*i += left;
	return 7;
}

/* Parameters of SGR that set or clear flags. */
static const struct {
	uint8_t parameter, clear, set;
} renditions[] = {
	{1, 0, CELL_BOLD},  {4, 0, CELL_UNDERLINE},  {7, 0, CELL_REVERSE},  {21, CELL_BOLD, 0},
	{22, CELL_BOLD, 0}, {24, CELL_UNDERLINE, 0}, {27, CELL_REVERSE, 0},
};

static void set_flags(struct cell *pen, unsigned parameter)
{
	for (unsigned i = 0; i < ARRAY_SIZE(renditions); i++) {
		if (renditions[i].parameter == parameter)
			pen->flags =
				(uint8_t)((pen->flags & ~renditions[i].clear) | renditions[i].set);
	}
}

void vt_set_rendition(struct vt *vt)
{
	struct cell *pen = &vt->now.pen;

	for (unsigned i = 0; i < vt_parameters(vt); i++) {
		unsigned p = vt->parameters[i];

		if (p == 0)
			*pen = CELL_BLANK;
		else if (p == DIRECT_COLOUR)
			set_foreground(pen, direct_colour(vt, &i));
		else if (p == DIRECT_COLOUR + 10)
			set_background(pen, direct_colour(vt, &i));
		else if (p >= 30 && p <= 39)
			set_foreground(pen, p < 38 ? p - 30 : 7);
		else if (p >= 40 && p <= 49)
			set_background(pen, p < 48 ? p - 40 : 0);
		else if (p >= 90 && p <= 97)
			set_foreground(pen, p - 90 + 8);
		else if (p >= 100 && p <= 107)
			set_background(pen, p - 100 + 8);
		else
			set_flags(pen, p);
	}
}
