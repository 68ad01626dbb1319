/* Text: UTF-8, and how many cells a character takes. */
#include "dev/vt_parts.h"

#define REPLACEMENT 0xfffd
#define FIRST_PLANE 0xffff
#define UNICODE_END 0x110000

/* DEC's line drawing, from 0x60 on. */
static const uint16_t line_drawing[] = {
	0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0, 0x00b1, 0x2424, 0x240b, 0x2518,
	0x2510, 0x250c, 0x2514, 0x253c, 0x23ba, 0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c, 0x2524,
	0x2534, 0x252c, 0x2502, 0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3, 0x00b7,
};

struct range {
	uint32_t first, last;
};

/* Characters that go with the one before them, and take no cell. */
static const struct range combining[] = {
	{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a},
	{0x064b, 0x065f}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2064},
	{0x20d0, 0x20f0}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff},
};

/* Characters that take two. */
static const struct range wide[] = {
	{0x1100, 0x115f},   {0x2e80, 0x303e},	{0x3041, 0xa4cf},   {0xac00, 0xd7a3},
	{0xf900, 0xfaff},   {0xfe30, 0xfe6f},	{0xff00, 0xff60},   {0xffe0, 0xffe6},
	{0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};

static bool among(uint32_t code, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n && code >= ranges[i].first; i++) {
		if (code <= ranges[i].last)
			return true;
	}
	return false;
}

/* A character of Unicode. */
static void put(struct vt *vt, uint32_t code)
{
	struct cell cell = vt->now.pen;

	if (code >= 0x60 && code < 0x60 + ARRAY_SIZE(line_drawing) &&
	    vt->now.graphics[vt->now.shift])
		code = line_drawing[code - 0x60];
	if (code >= 0x80 && among(code, combining, ARRAY_SIZE(combining)))
		return;
	cell.code = (uint16_t)(code > FIRST_PLANE ? REPLACEMENT : code);
	cells_put(vt->cells, cell, code >= 0x80 && among(code, wide, ARRAY_SIZE(wide)),
		  vt->autowrap, vt->insert);
}

/* The first byte of a character in UTF-8 (RFC 3629). */
static void begin_character(struct vt *vt, uint8_t byte)
{
	vt->more = byte >= 0xf5 ? 0 : byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc2 ? 1 : 0;
	if (!vt->more) {
		put(vt, REPLACEMENT);
		return;
	}
	vt->code = byte & (0x3fU >> vt->more);
	vt->code_least = vt->more == 1 ? 0x80 : vt->more == 2 ? 0x800 : 0x10000;
}

static void continue_character(struct vt *vt, uint8_t byte)
{
	vt->code = vt->code << 6 | (byte & 0x3f);
	if (--vt->more)
		return;
	if (vt->code < vt->code_least || vt->code >= UNICODE_END ||
	    (vt->code >= 0xd800 && vt->code < 0xe000))
		vt->code = REPLACEMENT;
	put(vt, vt->code);
}

void vt_text(struct vt *vt, uint8_t byte)
{
	bool continues = (byte & 0xc0) == 0x80;

	if (vt->more && continues) {
		continue_character(vt, byte);
		return;
	}
	if (vt->more) {
		vt->more = 0;
		put(vt, REPLACEMENT);
	}
	if (byte < 0x80)
		put(vt, byte);
	else
		begin_character(vt, byte);
}
