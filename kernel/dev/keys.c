#include "dev/keys.h"

#include "lib/string.h"

#define KEY_ESC		0x01
#define KEY_BACKSPACE	0x0e
#define KEY_TAB		0x0f
#define KEY_ENTER	0x1c
#define KEY_CTRL	0x1d
#define KEY_SHIFT	0x2a
#define KEY_RIGHT_SHIFT 0x36
#define KEY_STAR	0x37
#define KEY_ALT		0x38
#define KEY_SPACE	0x39
#define KEY_CAPS	0x3a
#define KEY_F1		0x3b
#define KEY_F10		0x44
#define KEY_NUM		0x45
#define KEY_PAD		0x47 /* the first of the number pad: 7 */
#define KEY_PAD_DOT	0x53
#define KEY_SYSRQ	0x54
#define KEY_F11		0x57
#define KEY_F12		0x58
#define KEY_PAD_ENTER	(KEY_EXTENDED | KEY_ENTER)
#define KEY_RIGHT_CTRL	(KEY_EXTENDED | KEY_CTRL)
#define KEY_PAD_SLASH	(KEY_EXTENDED | 0x35)
#define KEY_PRINT	(KEY_EXTENDED | KEY_STAR)
#define KEY_ALTGR	(KEY_EXTENDED | KEY_ALT)
#define KEY_PAGE_UP	(KEY_EXTENDED | 0x49)
#define KEY_PAGE_DOWN	(KEY_EXTENDED | 0x51)

#define HELD_SHIFT	 0x01
#define HELD_RIGHT_SHIFT 0x02
#define HELD_CTRL	 0x04
#define HELD_RIGHT_CTRL	 0x08
#define HELD_ALT	 0x10
#define HELD_ALTGR	 0x20
#define ANY_SHIFT	 (HELD_SHIFT | HELD_RIGHT_SHIFT)
#define ANY_CTRL	 (HELD_CTRL | HELD_RIGHT_CTRL)
#define ANY_ALT		 (HELD_ALT | HELD_ALTGR)

#define ESCAPE 0x1b
#define DELETE 0x7f

static uint8_t modifier_of(uint8_t key)
{
	switch (key) {
	case KEY_SHIFT:
		return HELD_SHIFT;
	case KEY_RIGHT_SHIFT:
		return HELD_RIGHT_SHIFT;
	case KEY_CTRL:
		return HELD_CTRL;
	case KEY_RIGHT_CTRL:
		return HELD_RIGHT_CTRL;
	case KEY_ALT:
		return HELD_ALT;
	case KEY_ALTGR:
		return HELD_ALTGR;
	default:
		return 0;
	}
}

/* --- bytes --- */

static void put(struct key_output *out, unsigned byte)
{
	if (out->n < KEY_BYTES_MAX)
		out->bytes[out->n++] = (char)byte;
}

static void put_text(struct key_output *out, const char *text)
{
	while (*text)
		put(out, (unsigned char)*text++);
}

static void put_utf8(struct key_output *out, uint16_t c)
{
	if (c < 0x80) {
		put(out, c);
	} else if (c < 0x800) {
		put(out, 0xc0U | c >> 6);
		put(out, 0x80U | (c & 0x3f));
	} else {
		put(out, 0xe0U | c >> 12);
		put(out, 0x80U | (c >> 6 & 0x3f));
		put(out, 0x80U | (c & 0x3f));
	}
}

/* --- keys that are the same in all layouts --- */

/* The number pad without num lock, and the keys that were made of it; by key - KEY_PAD. */
static const char *const pad_text[] = {
	"\033[1~", "\033[A",  "\033[5~", "-",	    "\033[D",  "\033[G",  "\033[C",
	"+",	   "\033[4~", "\033[B",	 "\033[6~", "\033[2~", "\033[3~",
};
static const char pad_digits[] = "789-456+1230.";

static const char *const function_text[] = {
	"\033[[A",  "\033[[B",	"\033[[C",  "\033[[D",	"\033[[E",
	"\033[17~", "\033[18~", "\033[19~", "\033[20~", "\033[21~",
};

static void put_pad(const struct keys *keys, uint8_t key, struct key_output *out)
{
	unsigned index = (key & ~KEY_EXTENDED) - KEY_PAD;

	if (!(key & KEY_EXTENDED) && keys->num)
		put(out, (unsigned char)pad_digits[index]);
	else
		put_text(out, pad_text[index]);
}

static void put_editing(const struct keys *keys, uint8_t key, struct key_output *out)
{
	switch (key) {
	case KEY_ESC:
		put(out, ESCAPE);
		return;
	case KEY_BACKSPACE:
		put(out, DELETE);
		return;
	case KEY_TAB:
		put_text(out, (keys->held & ANY_SHIFT) ? "\033[Z" : "\t");
		return;
	case KEY_ENTER:
	case KEY_PAD_ENTER:
		put(out, '\r');
		return;
	case KEY_STAR:
		put(out, '*');
		return;
	case KEY_PAD_SLASH:
		put(out, '/');
		return;
	case KEY_SPACE:
		put(out, (keys->held & ANY_CTRL) ? 0 : ' ');
		return;
	case KEY_F11:
		put_text(out, "\033[23~");
		return;
	case KEY_F12:
		put_text(out, "\033[24~");
		return;
	}
}

/* --- keys with characters --- */

/* Is the key a letter, whose upper and lower case caps lock exchanges? In Latin-1 they are 32
 * apart. */
static bool is_letter(const struct keymap *map, uint8_t key)
{
	uint16_t c = keymap_char(map, key, LEVEL_PLAIN);

	return c >= 'a' && keymap_char(map, key, LEVEL_SHIFT) == c - 0x20;
}

static bool altgr_held(const struct keys *keys)
{
	return (keys->held & HELD_ALTGR) && keymap_has_altgr(keys->map);
}

/* Where the right Alt key gives no characters, it is as the left one. */
static bool alt_held(const struct keys *keys)
{
	return (keys->held & HELD_ALT) || ((keys->held & HELD_ALTGR) && !altgr_held(keys));
}

static uint16_t char_of(const struct keys *keys, uint8_t key)
{
	bool shift = (keys->held & ANY_SHIFT) != 0;

	if (altgr_held(keys))
		return keymap_char(keys->map, key, LEVEL_ALTGR);
	if (keys->caps && is_letter(keys->map, key))
		shift = !shift;
	return keymap_char(keys->map, key, shift ? LEVEL_SHIFT : LEVEL_PLAIN);
}

/* Control characters are those of the letters' columns of ASCII; others have none. */
static uint16_t with_ctrl(uint16_t c)
{
	if (c == '?')
		return DELETE;
	return c >= '@' && c <= '~' ? c & 0x1f : c;
}

static void put_key(const struct keys *keys, uint8_t key, struct key_output *out)
{
	uint8_t plain = key & ~KEY_EXTENDED;
	uint16_t c = (key & KEY_EXTENDED) ? 0 : char_of(keys, key);

	if (alt_held(keys))
		put(out, ESCAPE);
	if (c)
		put_utf8(out, (keys->held & ANY_CTRL) ? with_ctrl(c) : c);
	else if (plain >= KEY_PAD && plain <= KEY_PAD_DOT)
		put_pad(keys, key, out);
	else if (key >= KEY_F1 && key <= KEY_F10)
		put_text(out, function_text[key - KEY_F1]);
	else
		put_editing(keys, key, out);
	/* A key that means nothing does not mean Escape with Alt either. */
	if (out->n == 1 && alt_held(keys) && key != KEY_ESC)
		out->n = 0;
}

/* Or the number pad's, whatever num lock makes of it. */
static bool is_delete(uint8_t key)
{
	return (key & ~KEY_EXTENDED) == KEY_PAD_DOT;
}

static void press(struct keys *keys, uint8_t key, struct key_output *out)
{
	if (key == KEY_SYSRQ || (key == KEY_PRINT && (keys->held & ANY_ALT)))
		keys->sysrq = true;
	else if (keys->sysrq)
		out->sysrq = (char)keymap_char(keymap_find("us"), key, LEVEL_PLAIN);
	else if (key == KEY_CAPS)
		keys->caps = !keys->caps;
	else if (key == KEY_NUM)
		keys->num = !keys->num;
	else if (is_delete(key) && (keys->held & ANY_CTRL) && (keys->held & ANY_ALT))
		out->ctrl_alt_del = true;
	else if ((key == KEY_PAGE_UP || key == KEY_PAGE_DOWN) && (keys->held & ANY_SHIFT))
		out->look = key == KEY_PAGE_UP ? -1 : 1;
	else
		put_key(keys, key, out);
}

void keys_feed(struct keys *keys, const struct key_event *event, struct key_output *out)
{
	uint8_t modifier = modifier_of(event->key);

	*out = (struct key_output){.n = 0};
	if (modifier && event->pressed)
		keys->held |= modifier;
	else if (modifier)
		keys->held &= (uint8_t)~modifier;
	else if (event->pressed)
		press(keys, event->key, out);
	else if (event->key == KEY_SYSRQ || event->key == KEY_PRINT)
		keys->sysrq = false;
	if (!(keys->held & ANY_ALT))
		keys->sysrq = false;
}
