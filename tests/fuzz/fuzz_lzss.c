// sources: kernel/lib/lzss.c
/*
 * The case: how much the reader knows and how much room there is, in two bytes each, and the text.
 * What comes out is read back.
 */
#include "fuzz.h"
#include "lib/lzss.h"
#include "lzss_expand.h"

#define TEXT_MAX 1000 /* more takes long, and is no different */

static size_t number(const uint8_t *bytes)
{
	return bytes[0] | (size_t)bytes[1] << 8;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length = size < 4 ? 0 : MIN(size - 4, (size_t)TEXT_MAX), known, room, taken, used;
	char *text, *got;
	uint8_t *out;

	if (size < 4)
		return 0;
	known = number(data) % (length + 1);
	room = number(data + 2) % (2 * TEXT_MAX);
	text = (char *)fuzz_copy(data + 4, length);
	for (size_t i = 0; i < length; i++)
		text[i] &= 0x7f;
	got = malloc(length + 1);
	out = malloc(room ? room : 1);
	used = lzss_compress(text, known, length, out, room, &taken);
	memcpy(got, text, known);
	if (used > room || taken > length - known ||
	    (room >= 2 * (length - known) && taken < length - known))
		abort();
	if (!lzss_expand(out, used, got, known, known + taken) || memcmp(got, text, known + taken))
		abort();
	free(out);
	free(got);
	fuzz_free((uint8_t *)text);
	return 0;
}
