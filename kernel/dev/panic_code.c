#include "dev/panic_code.h"

#include "core/panic_report.h"
#include "dev/framebuffer.h"
#include "lib/qr.h"

#define LEAST_WIDTH  640
#define LEAST_HEIGHT 480
#define LARGE_CODE   20 /* versions above need larger modules */
#define LIGHT	     0xffffff
#define DARK	     0x000000

/* Modules on a side, quiet zone included. */
static unsigned modules_of(unsigned version)
{
	return QR_SIZE(version) + 2 * QR_QUIET;
}

/* Pixels that a module has at least, so that readers find its place on a bad photograph, too. */
static unsigned least_pixels(unsigned version)
{
	return version > LARGE_CODE ? 5 : 4;
}

/* The largest version whose code has room in a square of that many pixels; 0: none. */
static unsigned largest_version(uint32_t side)
{
	unsigned version = QR_VERSION_MAX;

	while (version && modules_of(version) * least_pixels(version) > side)
		version--;
	return version;
}

static unsigned smallest_version(size_t length)
{
	unsigned version = 1;

	while (version < QR_VERSION_MAX && qr_capacity(version) < length)
		version++;
	return version;
}

/* The side of a square beside that many pixels. */
static uint32_t side_beside(uint32_t pixels, uint32_t width, uint32_t height)
{
	return pixels < width ? MIN(width - pixels, height) : 0;
}

static void draw(const struct qr *qr, uint32_t left, unsigned pixels)
{
	uint32_t side = modules_of(qr->version) * pixels;

	framebuffer_fill(left, 0, side, side, LIGHT);
	for (unsigned y = 0; y < qr->size; y++) {
		for (unsigned x = 0; x < qr->size; x++) {
			if (qr_is_dark(qr, x, y))
				framebuffer_fill(left + (x + QR_QUIET) * pixels,
						 (y + QR_QUIET) * pixels, pixels, pixels, DARK);
		}
	}
}

uint32_t panic_code_draw(uint32_t needed, uint32_t wanted)
{
	static struct qr qr;
	static char code[PANIC_CODE_MAX];
	uint32_t width, height;
	unsigned version, pixels;
	size_t length;

	if (!framebuffer_size(&width, &height) || width < LEAST_WIDTH || height < LEAST_HEIGHT)
		return width;
	version = largest_version(side_beside(needed, width, height));
	if (!version)
		return width;
	length = panic_report_code(code, qr_capacity(version));
	version = smallest_version(length);
	if (!qr_encode(&qr, version, code, length))
		return width;
	pixels = side_beside(wanted, width, height) / modules_of(version);
	pixels = MAX(pixels, least_pixels(version));
	draw(&qr, width - modules_of(version) * pixels, pixels);
	return width - modules_of(version) * pixels;
}
