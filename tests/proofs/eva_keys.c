// sources: kernel/dev/scan_codes.c kernel/dev/keys.c kernel/dev/line_input.c
// options: -eva-precision 5
/*
 * What a keyboard sends becomes bytes, and these become lines: one byte more in any state that is
 * allowed, with either set of scan codes, leads to such a state. The layout has any characters:
 * Frama-C does not read the literals of dev/keymap.c, of which tests/host/test_keys.c asks all that
 * can be asked.
 */
#include "dev/keys.h"
#include "dev/line_input.h"
#include "eva.h"

static volatile int sink;

const struct keymap *keymap_find(const char *name)
{
	static uint8_t layout;

	(void)name;
	return (const struct keymap *)&layout;
}

uint16_t keymap_char(const struct keymap *map, uint8_t key, enum key_level level)
{
	(void)map;
	(void)key;
	//@ assert level < KEY_LEVELS;
	return (uint16_t)any_u32();
}

bool keymap_has_altgr(const struct keymap *map)
{
	(void)map;
	return any_bool();
}

/* A line that is not full takes a byte; if that does not end it, there is room for a newline. */
static void type(void)
{
	static struct line_input line;
	static struct line_echo echo;

	//@ widen_hints global:"all", 1536;
	Frama_C_make_unknown(line.bytes, LINE_INPUT_MAX);
	line.n = any_u32() % LINE_INPUT_MAX;
	if (!line_input(&line, (char)any_u32(), &echo))
		line.bytes[line.n++] = '\n';
	//@ assert line.n <= LINE_INPUT_MAX;
	//@ assert echo.n <= LINE_ECHO_MAX;
}

static void press(const struct key_event *event)
{
	struct keys keys = {keymap_find("any"), (uint8_t)any_u32(), any_bool(), any_bool(),
			    any_bool()};
	struct key_output out;

	keys_feed(&keys, event, &out);
	//@ assert out.n <= KEY_BYTES_MAX;
	for (unsigned n = 0; n < out.n; n++)
		sink = out.bytes[n];
	sink = out.sysrq + out.look + out.ctrl_alt_del;
}

int main(void)
{
	struct scan_decoder decoder = {any_bool() ? 1 : 2, any_bool(), any_bool(),
				       (uint8_t)any_u32()};
	struct key_event event;

	if (scan_decode(&decoder, (uint8_t)any_u32(), &event))
		press(&event);
	type();
	return 0;
}
