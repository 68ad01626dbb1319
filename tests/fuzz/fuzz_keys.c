// sources: kernel/dev/scan_codes.c kernel/dev/keymap.c kernel/dev/keys.c kernel/dev/line_input.c
// measured: kernel/dev/scan_codes.c kernel/dev/keymap.c kernel/dev/keys.c kernel/dev/line_input.c
/* The case is what a keyboard sends; its first byte chooses the set of scan codes and the layout.
 */
#include "dev/keys.h"
#include "dev/line_input.h"
#include "fuzz.h"

static struct line_input line;

static void type(char byte)
{
	struct line_echo echo;
	bool ended = line_input(&line, byte, &echo);

	if (line.n > LINE_INPUT_MAX || echo.n > LINE_ECHO_MAX)
		abort();
	if (ended)
		line.n = 0;
	else if (line.n == LINE_INPUT_MAX)
		abort(); /* no room for the newline */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"us", "gb", "de", "fr"};
	struct scan_decoder decoder = {.set = 1};
	struct keys keys = {.map = keymap_find("us")};
	struct key_output out;
	struct key_event event;

	line.n = 0;
	if (size) {
		decoder.set = 1 + (data[0] >> 2 & 1);
		keys.map = keymap_find(names[data[0] & 3]);
	}
	for (size_t i = 1; i < size; i++) {
		if (!scan_decode(&decoder, data[i], &event))
			continue;
		keys_feed(&keys, &event, &out);
		if (out.n > KEY_BYTES_MAX || (out.sysrq && (out.sysrq < ' ' || out.sysrq > '~')))
			abort();
		for (unsigned n = 0; n < out.n; n++)
			type(out.bytes[n]);
	}
	return 0;
}
