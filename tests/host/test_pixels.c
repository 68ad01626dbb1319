// sources: kernel/dev/pixels.c
/* Drawing in every format: what is drawn is read back by the tag's own description. */
#include "host_test.h"

#include "dev/pixels.h"

#define WIDTH  70
#define HEIGHT 64
#define GUARD  0x5a

struct format {
	const char *name;
	uint8_t bpp, red_pos, red_bits, green_pos, green_bits, blue_pos, blue_bits;
	uint32_t pitch;
};

static const struct format formats[] = {
	{"32 bits", 32, 16, 8, 8, 8, 0, 8, WIDTH * 4},
	{"32 bits, red first, lines apart", 32, 0, 8, 8, 8, 16, 8, WIDTH * 4 + 20},
	{"32 bits, 10 a colour", 32, 20, 10, 10, 10, 0, 10, WIDTH * 4},
	{"32 bits, high ones", 32, 24, 8, 16, 8, 8, 8, WIDTH * 4 + 1},
	{"24 bits", 24, 16, 8, 8, 8, 0, 8, WIDTH * 3},
	{"24 bits, odd pitch", 24, 0, 8, 8, 8, 16, 8, WIDTH * 3 + 7},
	{"16 bits", 16, 11, 5, 5, 6, 0, 5, WIDTH * 2},
	{"15 bits", 15, 10, 5, 5, 5, 0, 5, WIDTH * 2 + 3},
};

static uint8_t memory[HEIGHT * (WIDTH * 4 + 20) + 1];

static struct boot_framebuffer tag_of(const struct format *f)
{
	return (struct boot_framebuffer){
		.addr = PADDR(0xfd000000),
		.pitch = f->pitch,
		.width = WIDTH,
		.height = HEIGHT,
		.bpp = f->bpp,
		.type = FRAMEBUFFER_RGB,
		.red_pos = f->red_pos,
		.red_bits = f->red_bits,
		.green_pos = f->green_pos,
		.green_bits = f->green_bits,
		.blue_pos = f->blue_pos,
		.blue_bits = f->blue_bits,
	};
}

/* The pixel's value, by its bytes. */
static uint32_t pixel_at(const struct format *f, unsigned x, unsigned y)
{
	unsigned bytes = (f->bpp + 7U) / 8;
	uint32_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint32_t)memory[y * f->pitch + x * bytes + i] << 8 * i;
	return value;
}

/* The upper 5 bits of a colour of a pixel. */
static unsigned part(uint32_t value, uint8_t pos, uint8_t bits)
{
	return value >> (pos + bits - 5) & 31;
}

static void expect_colour(const struct format *f, unsigned x, unsigned y, uint32_t rgb)
{
	uint32_t value = pixel_at(f, x, y);

	assert_int_equal(part(value, f->red_pos, f->red_bits), rgb >> 19 & 31);
	assert_int_equal(part(value, f->green_pos, f->green_bits), rgb >> 11 & 31);
	assert_int_equal(part(value, f->blue_pos, f->blue_bits), rgb >> 3 & 31);
}

/* What lies between the lines, and behind the last pixel, is nobody's. */
static void expect_guards(const struct format *f)
{
	unsigned used = WIDTH * ((f->bpp + 7U) / 8);

	for (unsigned y = 0; y < HEIGHT; y++) {
		for (unsigned at = used; at < f->pitch; at++)
			assert_int_equal(memory[y * f->pitch + at], GUARD);
	}
	assert_int_equal(memory[HEIGHT * f->pitch], GUARD);
}

static void fills_rectangles(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		const struct format *f = &formats[i];
		struct boot_framebuffer tag = tag_of(f);
		struct pixels pixels;

		memset(memory, GUARD, sizeof(memory));
		assert_null(pixels_refuse(&tag, 40));
		pixels_init(&pixels, &tag, memory);
		pixels_fill(&pixels, 0, 0, WIDTH, HEIGHT, 0);
		pixels_fill(&pixels, 60, 50, 1000, 1000, 0xff8040);
		pixels_fill(&pixels, WIDTH, 0, 1, 1, 0xffffff);
		pixels_fill(&pixels, 0, HEIGHT, 1, 1, 0xffffff);
		for (unsigned y = 0; y < HEIGHT; y++) {
			for (unsigned x = 0; x < WIDTH; x++)
				expect_colour(f, x, y, x >= 60 && y >= 50 ? 0xff8040 : 0);
		}
		expect_guards(f);
	}
}

static void draws_glyphs(void **state)
{
	uint8_t glyph[FONT_HEIGHT];

	(void)state;
	for (unsigned line = 0; line < FONT_HEIGHT; line++)
		glyph[line] = (uint8_t)(line * 37 + 0x81);
	for (size_t i = 0; i < ARRAY_SIZE(formats) * 3; i++) {
		const struct format *f = &formats[i / 3];
		unsigned scale = 1 + i % 3, x0 = WIDTH - FONT_WIDTH * scale;
		unsigned y0 = HEIGHT - FONT_HEIGHT * scale;
		struct boot_framebuffer tag = tag_of(f);
		struct pixels_brush brush;
		struct pixels pixels;

		memset(memory, GUARD, sizeof(memory));
		pixels_init(&pixels, &tag, memory);
		pixels_make_brush(&pixels, &brush, 0x20c0f8, 0xa01008);
		pixels_glyph(&pixels, &brush, x0, y0, scale, glyph);
		for (unsigned y = 0; y < FONT_HEIGHT * scale; y++) {
			for (unsigned x = 0; x < FONT_WIDTH * scale; x++) {
				bool on = glyph[y / scale] >> (7 - x / scale) & 1;

				expect_colour(f, x0 + x, y0 + y, on ? 0x20c0f8 : 0xa01008);
			}
		}
		expect_guards(f);
	}
}

static void refuse(struct boot_framebuffer tag)
{
	assert_non_null(pixels_refuse(&tag, 40));
}

#define WITH(field, value)                                     \
	do {                                                   \
		struct boot_framebuffer tag = tag_of(formats); \
		tag.field = (value);                           \
		refuse(tag);                                   \
	} while (0)

static void refuses_what_cannot_be_drawn(void **state)
{
	(void)state;
	WITH(type, FRAMEBUFFER_INDEXED);
	WITH(type, FRAMEBUFFER_TEXT);
	WITH(bpp, 1);
	WITH(bpp, 8);
	WITH(bpp, 33);
	WITH(width, 0);
	WITH(width, 63);
	WITH(width, 20000);
	WITH(height, 0);
	WITH(height, 0xffffffff);
	WITH(pitch, WIDTH * 4 - 1);
	WITH(pitch, 0xffffffff);
	WITH(red_bits, 0);
	WITH(green_pos, 25);
	WITH(blue_pos, 255);
	WITH(addr, PADDR(0));
	WITH(addr, PADDR(1ULL << 40));
	WITH(addr, PADDR((1ULL << 40) - WIDTH * 4 * HEIGHT + 1));
	WITH(addr, PADDR(~0ULL));
}

static void takes_the_last_address(void **state)
{
	struct boot_framebuffer tag = tag_of(formats);

	(void)state;
	tag.addr = PADDR((1ULL << 52) - WIDTH * 4 * HEIGHT);
	assert_null(pixels_refuse(&tag, 52));
	assert_int_equal(pixels_size(&tag), WIDTH * 4 * HEIGHT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_rectangles),
		cmocka_unit_test(draws_glyphs),
		cmocka_unit_test(refuses_what_cannot_be_drawn),
		cmocka_unit_test(takes_the_last_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
