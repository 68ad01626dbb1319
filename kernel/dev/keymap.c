#include "dev/keymap.h"

#include "lib/string.h"

/* Keys whose characters depend on the layout, row by row, in the order of the strings below. */
#define ROW_DIGITS 13 /* the key left of 1; then 1 to the one before backspace */
#define ROW_UPPER  12 /* behind tab */
#define ROW_HOME   12 /* behind caps lock; the last is the one above or left of enter */
#define ROW_LOWER  11 /* the one that only European keyboards have; then from the left on */
#define KEYS	   (ROW_DIGITS + ROW_UPPER + ROW_HOME + ROW_LOWER)

#define KEY_LEFT_OF_1 0x29
#define KEY_1	      0x02
#define KEY_Q	      0x10
#define KEY_A	      0x1e
#define KEY_BACKSLASH 0x2b
#define KEY_102ND     0x56
#define KEY_Z	      0x2c

struct keymap {
	const char *name;
	uint16_t chars[KEY_LEVELS][KEYS + 1]; /* the strings end with a 0 */
};

/* A blank stands for a key that has no character at that level. */
static const struct keymap keymaps[] = {
	{
		.name = "us",
		.chars[LEVEL_PLAIN] = u"`1234567890-="
				      u"qwertyuiop[]"
				      u"asdfghjkl;'\\"
				      u"<zxcvbnm,./",
		.chars[LEVEL_SHIFT] = u"~!@#$%^&*()_+"
				      u"QWERTYUIOP{}"
				      u"ASDFGHJKL:\"|"
				      u">ZXCVBNM<>?",
	},
	{
		.name = "gb",
		.chars[LEVEL_PLAIN] = u"`1234567890-="
				      u"qwertyuiop[]"
				      u"asdfghjkl;'#"
				      u"\\zxcvbnm,./",
		.chars[LEVEL_SHIFT] = u"\u00ac!\"\u00a3$%^&*()_+"
				      u"QWERTYUIOP{}"
				      u"ASDFGHJKL:@~"
				      u"|ZXCVBNM<>?",
		.chars[LEVEL_ALTGR] = u"\u00a6   \u20ac        "
				      u"  \u00e9   \u00fa\u00ed\u00f3   "
				      u"\u00e1           "
				      u"           ",
	},
	{
		.name = "de",
		.chars[LEVEL_PLAIN] = u"^1234567890\u00df\u00b4"
				      u"qwertzuiop\u00fc+"
				      u"asdfghjkl\u00f6\u00e4#"
				      u"<yxcvbnm,.-",
		.chars[LEVEL_SHIFT] = u"\u00b0!\"\u00a7$%&/()=?`"
				      u"QWERTZUIOP\u00dc*"
				      u"ASDFGHJKL\u00d6\u00c4'"
				      u">YXCVBNM;:_",
		.chars[LEVEL_ALTGR] = u"  \u00b2\u00b3   {[]}\\ "
				      u"@ \u20ac        ~"
				      u"            "
				      u"|      \u00b5   ",
	},
	{
		.name = "fr",
		.chars[LEVEL_PLAIN] = u"\u00b2&\u00e9\"'(-\u00e8_\u00e7\u00e0)="
				      u"azertyuiop^$"
				      u"qsdfghjklm\u00f9*"
				      u"<wxcvbn,;:!",
		.chars[LEVEL_SHIFT] = u" 1234567890\u00b0+"
				      u"AZERTYUIOP\u00a8\u00a3"
				      u"QSDFGHJKLM%\u00b5"
				      u">WXCVBN?./\u00a7",
		.chars[LEVEL_ALTGR] = u"  ~#{[|`\\^@]}"
				      u"  \u20ac        \u00a4"
				      u"            "
				      u"           ",
	},
};

/* Where the key's characters are; -1: they do not depend on the layout. */
static int index_of(uint8_t key)
{
	if (key == KEY_LEFT_OF_1)
		return 0;
	if (key >= KEY_1 && key < KEY_1 + ROW_DIGITS - 1)
		return 1 + key - KEY_1;
	if (key >= KEY_Q && key < KEY_Q + ROW_UPPER)
		return ROW_DIGITS + key - KEY_Q;
	if (key >= KEY_A && key < KEY_A + ROW_HOME - 1)
		return ROW_DIGITS + ROW_UPPER + key - KEY_A;
	if (key == KEY_BACKSLASH)
		return ROW_DIGITS + ROW_UPPER + ROW_HOME - 1;
	if (key == KEY_102ND)
		return KEYS - ROW_LOWER;
	if (key >= KEY_Z && key < KEY_Z + ROW_LOWER - 1)
		return KEYS - ROW_LOWER + 1 + key - KEY_Z;
	return -1;
}

const struct keymap *keymap_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(keymaps); i++) {
		if (strcmp(keymaps[i].name, name) == 0)
			return &keymaps[i];
	}
	return NULL;
}

const char *keymap_name(const struct keymap *map)
{
	return map->name;
}

bool keymap_has_altgr(const struct keymap *map)
{
	return map->chars[LEVEL_ALTGR][0] != 0;
}

uint16_t keymap_char(const struct keymap *map, uint8_t key, enum key_level level)
{
	int index = index_of(key);
	uint16_t c;

	if (index < 0)
		return 0;
	c = map->chars[level][index];
	return c == ' ' ? 0 : c;
}
