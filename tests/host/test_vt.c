// sources: kernel/dev/vt.c kernel/dev/vt_text.c kernel/dev/vt_sequence.c
// sources: kernel/dev/vt_rendition.c kernel/dev/cells.c
/* The terminal: what the recorded sessions of tests/screen do not show. */
#include "host_test.h"

#include "dev/vt.h"

#define ROWS	4
#define COLUMNS 8

static struct cell wanted[ROWS * COLUMNS], shown[ROWS * COLUMNS];
static struct cells cells;
static struct vt vt;
static unsigned drawn;

static int begin(void **state)
{
	(void)state;
	cells_init(&cells, ROWS, COLUMNS, wanted, shown);
	vt_init(&vt, &cells);
	drawn = 0;
	return 0;
}

static void say(const char *text)
{
	assert_int_equal(vt_write(&vt, text, strlen(text), 1000000), strlen(text));
}

static uint16_t code_at(unsigned row, unsigned column)
{
	return cells_line(&cells, row)[column].code;
}

/* The lines, without blanks at their ends, with `|` between them. */
static void expect(const char *lines)
{
	char all[ROWS * (COLUMNS + 1) + 1] = "";

	for (unsigned row = 0; row < ROWS; row++) {
		char line[COLUMNS + 1] = "";
		unsigned end = 0;

		for (unsigned column = 0; column < COLUMNS; column++) {
			line[column] = (char)code_at(row, column);
			if (line[column] != ' ')
				end = column + 1;
		}
		line[end] = '\0';
		strcat(all, row ? "|" : "");
		strcat(all, line);
	}
	assert_string_equal(all, lines);
}

static void expect_cursor(unsigned row, unsigned column)
{
	assert_int_equal(cells.row, row);
	assert_int_equal(cells.column, column);
}

static void wraps_before_the_next_character(void **state)
{
	(void)state;
	say("12345678");
	expect_cursor(0, 7);
	say("\r\n9abcdefgh");
	expect("12345678|9abcdefg|h|");
}

static void scrolls_by_jumps_when_told(void **state)
{
	(void)state;
	say("1\r\n2\r\n3\r\n4\r\n5");
	expect("2|3|4|5");
	cells.jump = 3;
	say("\r\n6");
	expect("5|6||");
	expect_cursor(1, 1);
}

static void newline_returns_when_told(void **state)
{
	(void)state;
	say("ab\ncd");
	expect("ab|  cd||");
	vt.newline = true;
	say("\nef");
	expect("ab|  cd|ef|");
}

static void wide_characters_take_two_cells(void **state)
{
	(void)state;
	say("1234567\xe6\x97\xa5x");
	expect_cursor(1, 3);
	assert_int_equal(code_at(0, 7), ' ');
	assert_int_equal(code_at(1, 0), 0x65e5);
	assert_true(cells_line(&cells, 1)[1].flags & CELL_SECOND);
	assert_int_equal(code_at(1, 2), 'x');
}

static void wrong_utf8_is_replaced(void **state)
{
	(void)state;
	say("\xc3"
	    "A\x80"
	    "B\xe2\x82\xac\xf0\x9f\x98\x80");
	assert_int_equal(code_at(0, 0), 0xfffd);
	assert_int_equal(code_at(0, 1), 'A');
	assert_int_equal(code_at(0, 2), 0xfffd);
	assert_int_equal(code_at(0, 3), 'B');
	assert_int_equal(code_at(0, 4), 0x20ac);
	assert_int_equal(code_at(0, 5), 0xfffd); /* beyond the first plane, and wide */
	expect_cursor(0, 7);
}

static void draws_lines_after_a_designation(void **state)
{
	(void)state;
	say("\x1b(0lqk\x1b(Bq");
	assert_int_equal(code_at(0, 0), 0x250c);
	assert_int_equal(code_at(0, 1), 0x2500);
	assert_int_equal(code_at(0, 2), 0x2510);
	assert_int_equal(code_at(0, 3), 'q');
}

static void a_region_scrolls_alone(void **state)
{
	(void)state;
	say("1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[3;1H\nx");
	expect("1|3|x|4");
	say("\x1b[2;1H\x1bMy");
	expect("1|y|3|4");
	say("\x1b[1;1H\x1b[M");
	expect("1|y|3|4"); /* outside of the region */
	say("\x1b[?6h\x1b[1;2Hz\x1b[9;1Hw");
	expect("1|yz|w|4");
}

static void erasing_keeps_the_background(void **state)
{
	(void)state;
	say("abc\x1b[7;44m\x1b[2D\x1b[K");
	expect("a|||");
	assert_int_equal(cells_line(&cells, 0)[5].colour, CELL_COLOUR(7, 4));
	assert_int_equal(cells_line(&cells, 0)[5].flags, 0);
}

static void colours(void **state)
{
	static const struct {
		const char *sequence;
		uint8_t colour;
	} cases[] = {
		{"31", CELL_COLOUR(1, 0)},
		{"0;97;104", CELL_COLOUR(15, 12)},
		{"38;5;9;48;5;4", CELL_COLOUR(9, 4)},
		{"38;5;196", CELL_COLOUR(9, 0)},
		{"48;5;22", CELL_COLOUR(7, 2)},
		{"38;5;232", CELL_COLOUR(0, 0)},
		{"38;5;240", CELL_COLOUR(8, 0)},
		{"38;2;250;250;250", CELL_COLOUR(15, 0)},
		{"38;2;0;160;170;41", CELL_COLOUR(6, 1)},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		say("\x1b[m\x1b[");
		say(cases[i].sequence);
		say("m\rx");
		assert_int_equal(cells_line(&cells, 0)[0].colour, cases[i].colour);
	}
}

static void what_is_unknown_is_skipped(void **state)
{
	(void)state;
	say("a\x1b[>4;2mb\x1b[?1049hc\x1b]0;title\x07"
	    "d\x1bP+q\x1b\\e\x1b]P0ff00fff\x1b[1 qg");
	expect("abcdefg|||");
	assert_int_equal(cells_line(&cells, 0)[1].flags, 0);
}

static void count_drawn(unsigned row, unsigned column, struct cell cell)
{
	(void)row;
	(void)column;
	(void)cell;
	drawn++;
}

static void what_differs_is_drawn_once(void **state)
{
	(void)state;
	say("abc");
	assert_true(cells_draw(&cells, 100, count_drawn));
	assert_int_equal(drawn, 4); /* and the cursor */
	say("\rabc");
	assert_true(cells_draw(&cells, 100, count_drawn));
	assert_int_equal(drawn, 4);
	say("\x1b[?25l");
	assert_true(cells_draw(&cells, 100, count_drawn));
	assert_int_equal(drawn, 5);
}

static void drawing_keeps_to_its_budget(void **state)
{
	unsigned turns = 0, before;

	(void)state;
	say("abcdefgh\r\nijklmnop\r\nqrstuvwx\x1b[?25l");
	do {
		before = drawn;
		turns++;
	} while (!cells_draw(&cells, 5, count_drawn) && drawn - before <= 5);
	assert_int_equal(drawn, 24);
	assert_true(turns >= 5);
	assert_memory_equal(shown, wanted, sizeof(shown));
}

/* What is shown in a line, by its first character. */
static char shown_at(unsigned row)
{
	return (char)shown[row * COLUMNS].code;
}

static void shows_what_has_left(void **state)
{
	struct cell history[3 * COLUMNS];

	(void)state;
	cells_keep_history(&cells, history, 3);
	say("1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9");
	cells_look_back(&cells, 2);
	assert_true(cells_draw(&cells, 100, count_drawn));
	assert_int_equal(shown_at(0), '4');
	assert_int_equal(shown_at(1), '5');
	assert_int_equal(shown_at(3), '7');
	cells_look_back(&cells, 100);
	assert_true(cells_draw(&cells, 100, count_drawn));
	assert_int_equal(shown_at(0), '3');
	cells_look_back(&cells, 0);
	assert_true(cells_draw(&cells, 100, count_drawn));
	assert_int_equal(shown_at(0), '6');
	assert_true(shown[3 * COLUMNS + 1].flags & CELL_CURSOR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(wraps_before_the_next_character, begin),
		cmocka_unit_test_setup(scrolls_by_jumps_when_told, begin),
		cmocka_unit_test_setup(newline_returns_when_told, begin),
		cmocka_unit_test_setup(wide_characters_take_two_cells, begin),
		cmocka_unit_test_setup(wrong_utf8_is_replaced, begin),
		cmocka_unit_test_setup(draws_lines_after_a_designation, begin),
		cmocka_unit_test_setup(a_region_scrolls_alone, begin),
		cmocka_unit_test_setup(erasing_keeps_the_background, begin),
		cmocka_unit_test_setup(colours, begin),
		cmocka_unit_test_setup(what_is_unknown_is_skipped, begin),
		cmocka_unit_test_setup(what_differs_is_drawn_once, begin),
		cmocka_unit_test_setup(drawing_keeps_to_its_budget, begin),
		cmocka_unit_test_setup(shows_what_has_left, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
