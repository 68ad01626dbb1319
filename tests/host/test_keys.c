// sources: kernel/dev/scan_codes.c kernel/dev/keymap.c kernel/dev/keys.c kernel/dev/line_input.c
/* From what a keyboard sends to bytes: both sets of scan codes, layouts, modifiers, lines. */
#include "host_test.h"

#include "dev/keys.h"
#include "dev/line_input.h"

static struct scan_decoder decoder;
static struct keys keys;
static char text[256];
static size_t length;
static struct key_output last;

static void begin(const char *layout, uint8_t set)
{
	decoder = (struct scan_decoder){.set = set};
	keys = (struct keys){.map = keymap_find(layout)};
	assert_non_null(keys.map);
	assert_string_equal(keymap_name(keys.map), layout);
	length = 0;
}

static void send(const char *codes, size_t n)
{
	struct key_event event;

	for (size_t i = 0; i < n; i++) {
		if (!scan_decode(&decoder, (uint8_t)codes[i], &event))
			continue;
		keys_feed(&keys, &event, &last);
		memcpy(text + length, last.bytes, last.n);
		length += last.n;
	}
	text[length] = '\0';
}

#define SEND(codes) send(codes, sizeof(codes) - 1)

static void expect(const char *wanted)
{
	assert_string_equal(text, wanted);
	length = 0;
}

static void set_1(void **state)
{
	(void)state;
	begin("us", 1);
	SEND("\x23\xa3\x17\x97\x1c\x9c"); /* h i Enter */
	expect("hi\r");
	SEND("\x2a\x1e\x9e\xaa\x1e\x9e\x36\x02\x82\xb6"); /* either shift */
	expect("Aa!");
	SEND("\x1e\x1e\x1e\x9e"); /* held: it repeats */
	expect("aaa");
	SEND("\x1d\x2e\xae\x9d\xe0\x1d\x1e\x9e\xe0\x9d"); /* Ctrl-C, Ctrl-A */
	expect("\x03\x01");
	SEND("\x38\x1e\x9e\xb8\xe0\x38\x1e\x9e\xe0\xb8"); /* either Alt */
	expect("\033a\033a");
	SEND("\x0e\x0f\x01\x2a\x0f\xaa");
	expect("\x7f\t\033\033[Z");
}

static void set_2(void **state)
{
	(void)state;
	begin("us", 2);
	SEND("\x33\xf0\x33\x43\xf0\x43\x5a\xf0\x5a");
	expect("hi\r");
	SEND("\x12\x1c\xf0\x1c\xf0\x12\x1c\xf0\x1c");
	expect("Aa");
	SEND("\xe0\x75\xe0\xf0\x75"); /* up */
	expect("\033[A");
	SEND("\x83\xff\x90"); /* F7, and bytes that are no key's */
	expect("\033[18~");
}

static void what_is_no_key(void **state)
{
	(void)state;
	begin("us", 1);
	SEND("\xe1\x1d\x45\xe1\x9d\xc5\x1e\x9e"); /* Pause does not hold Ctrl */
	expect("a");
	SEND("\xe0\x2a\xe0\x48\xe0\xc8\xe0\xaa\x1e\x9e"); /* a pretended shift */
	expect("\033[Aa");
	SEND("\xe0\x5b\xe0\xdb\x38\xe0\x5b\xb8"); /* a key without meaning, with Alt too */
	expect("");
	begin("us", 2);
	SEND("\xe1\x14\x77\xe1\xf0\x14\xf0\x77\x1c");
	expect("a");
}

static void number_pad(void **state)
{
	(void)state;
	begin("us", 1);
	SEND("\x48\xc8\x53\xd3");
	expect("\033[A\033[3~");
	SEND("\x45\xc5\x48\xc8\x53\xd3\xe0\x48\xe0\xc8\xe0\x1c\xe0\x9c\xe0\x35\x37\x4a");
	expect("8.\033[A\r/*-");
}

static void layouts(void **state)
{
	(void)state;
	begin("de", 1);
	SEND("\x15\x2c\x27\x28\x0c\x2a\x27\xaa\xe0\x38\x10\x12\xe0\xb8");
	expect("zyöäßÖ@€");
	SEND("\xe0\x38\x1e\x9e\xe0\xb8"); /* a key without a third character */
	expect("");
	SEND("\x38\xe0\x38\x10\xe0\xb8\xb8"); /* with Alt, a third character is one with Escape */
	expect("\033@");
	begin("fr", 1);
	SEND("\x10\x1e\x03\x2a\x03\xaa\x0b\xe0\x38\x0b\xe0\xb8\x32");
	expect("aqé2à@,");
	SEND("\x1d\x10\x90\x9d"); /* Ctrl with the letter that stands there: Ctrl-A */
	expect("\x01");
	begin("gb", 1);
	SEND("\x2a\x04\x28\x03\xaa\x2b\x56\xe0\x38\x12\xe0\xb8");
	expect("£@\"#\\é");
	assert_null(keymap_find("xx"));
	assert_null(keymap_find(""));
}

/* Whatever is asked of a layout: nothing, or a character that can be seen. */
static void every_key_of_every_layout(void **state)
{
	static const char *const names[] = {"us", "gb", "de", "fr"};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(names) * KEY_LEVELS * 256; i++) {
		const struct keymap *map = keymap_find(names[i % ARRAY_SIZE(names)]);
		enum key_level level = i / ARRAY_SIZE(names) % KEY_LEVELS;
		uint8_t key = (uint8_t)(i / (ARRAY_SIZE(names) * KEY_LEVELS));
		uint16_t c = keymap_char(map, key, level);

		assert_true(c == 0 || (c > ' ' && c <= '~') || (c > 0xa0 && c <= 0xff) ||
			    c == 0x20ac);
		assert_true(c == 0 || key < KEY_EXTENDED);
	}
}

/* Letters only, those of the layout; and shift takes it back. */
static void caps_lock(void **state)
{
	(void)state;
	begin("de", 1);
	SEND("\x3a\xba\x1e\x27\x02\x2a\x1e\xaa\x3a\xba\x1e");
	expect("AÖ1aa");
	begin("fr", 1);
	SEND("\x3a\xba\x03\x10");
	expect("éA");
}

static void sysrq(void **state)
{
	(void)state;
	begin("fr", 1);
	SEND("\x38\x54\x1e");
	assert_int_equal(last.sysrq, 'a'); /* as on a us keyboard */
	expect("");
	SEND("\x9e\xd4\x1e");
	assert_int_equal(last.sysrq, 0);
	expect("\033q");
	SEND("\xe0\x37\x14"); /* by the code of Print with Alt held */
	assert_int_equal(last.sysrq, 't');
	SEND("\xb8\x14"); /* Alt is no longer held */
	assert_int_equal(last.sysrq, 0);
	expect("t");
	SEND("\xe0\x38\xe0\x37\x14"); /* with the other Alt */
	assert_int_equal(last.sysrq, 't');
}

static void ctrl_alt_del(void **state)
{
	(void)state;
	begin("us", 1);
	SEND("\x1d\x38\xe0\x53");
	assert_true(last.ctrl_alt_del);
	expect("");
	SEND("\xe0\xd3\xb8\xe0\x53");
	assert_false(last.ctrl_alt_del);
	expect("\033[3~");
	SEND("\xe0\x38\x53"); /* the right Alt, and the number pad's */
	assert_true(last.ctrl_alt_del);
}

static void looking_back(void **state)
{
	(void)state;
	begin("us", 1);
	SEND("\x2a\xe0\xaa\xe0\x49"); /* with the pretended release of shift before it */
	assert_int_equal(last.look, -1);
	SEND("\xe0\xc9\xe0\x2a\xe0\x51");
	assert_int_equal(last.look, 1);
	expect("");
	SEND("\xaa\xe0\x49");
	assert_int_equal(last.look, 0);
	expect("\033[5~");
}

static struct line_input line;
static char shown[2048];

/* Type all of it; true when the last byte ends the line. */
static bool type(const char *bytes, size_t n)
{
	struct line_echo echo;
	bool ended = false;
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		ended = line_input(&line, bytes[i], &echo);
		memcpy(shown + at, echo.bytes, echo.n);
		at += echo.n;
	}
	shown[at] = '\0';
	return ended;
}

static void expect_line(const char *wanted, const char *echo)
{
	assert_int_equal(line.n, strlen(wanted));
	assert_memory_equal(line.bytes, wanted, line.n);
	assert_string_equal(shown, echo);
	line.n = 0;
}

#define ERASED "\b \b"

static void lines(void **state)
{
	(void)state;
	line.n = 0;
	assert_true(type("ab\r", 3));
	expect_line("ab\n", "ab\n");
	assert_true(type("ab\x04", 3));
	expect_line("ab", "ab");
	assert_true(type("\x04", 1));
	expect_line("", "");
	assert_false(type("\x7f\b", 2));
	expect_line("", "");
	assert_true(type("aö\x7f\x1b\x7f"
			 "b\n",
			 8));
	expect_line("ab\n", "aö" ERASED "^[" ERASED ERASED "b\n");
	assert_true(type("one two  \x17 3\x15x\n", 15));
	expect_line("x\n", "one two  " ERASED ERASED ERASED ERASED ERASED
			   " 3" ERASED ERASED ERASED ERASED ERASED ERASED "x\n");
}

static void a_line_that_is_too_long(void **state)
{
	char many[LINE_INPUT_MAX + 10];

	(void)state;
	memset(many, 'a', sizeof(many));
	line.n = 0;
	assert_false(type(many, sizeof(many)));
	assert_int_equal(line.n, LINE_INPUT_MAX - 1);
	assert_true(type("\r", 1));
	assert_int_equal(line.n, LINE_INPUT_MAX);
	assert_int_equal(line.bytes[LINE_INPUT_MAX - 1], '\n');
	line.n = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_1),	  cmocka_unit_test(set_2),
		cmocka_unit_test(what_is_no_key), cmocka_unit_test(number_pad),
		cmocka_unit_test(layouts),	  cmocka_unit_test(every_key_of_every_layout),
		cmocka_unit_test(caps_lock),	  cmocka_unit_test(sysrq),
		cmocka_unit_test(ctrl_alt_del),	  cmocka_unit_test(looking_back),
		cmocka_unit_test(lines),	  cmocka_unit_test(a_line_that_is_too_long),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
