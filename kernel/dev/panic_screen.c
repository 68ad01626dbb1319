#include "dev/panic_screen.h"

#include "core/panic_report.h"
#include "dev/font.h"
#include "dev/framebuffer.h"
#include "dev/panic_code.h"
#include "dev/screen.h"
#include "dev/vga_text.h"
#include "lib/string.h"

#define NEEDED_COLUMNS 44 /* of text beside the code: two registers */
#define WANTED_COLUMNS 60
#define LOG_ROWS       8    /* that the log gets at least, if it has them */
#define MAGNIFIED      1000 /* rows of pixels, for each of which characters are magnified */
#define INDENT	       4    /* of what a line goes on with in the next row */
#define WHITE	       0xffffff
#define BLACK	       0x000000
#define RED	       0x700000
#define NUMBER_DIGITS  16

static struct {
	unsigned rows, columns;
	unsigned scale; /* of characters on the framebuffer; 0: it is the VGA's text screen */
} page;

static void put(unsigned row, unsigned column, char c, bool loud)
{
	if (page.scale)
		framebuffer_glyph(column * FONT_WIDTH * page.scale, row * FONT_HEIGHT * page.scale,
				  page.scale, (uint8_t)c, WHITE, loud ? RED : BLACK);
	else
		vga_text_draw(
			row, column,
			(struct cell){.code = (uint8_t)c, .colour = CELL_COLOUR(15, loud ? 1 : 0)});
}

/* Is the next word a register's value, which stays in the row of its name? */
static bool goes_on_with_number(const char *text, size_t length)
{
	size_t start = 0, end;

	while (start < length && text[start] == ' ')
		start++;
	for (end = start; end < length && text[end] != ' ';)
		end++;
	return end - start == NUMBER_DIGITS;
}

/* How much of a line comes into a row of that many columns: whole words, if there are any. */
static size_t row_length(const char *line, size_t length, size_t columns)
{
	if (length <= columns)
		return length;
	for (size_t end = columns; end > 0; end--) {
		if (line[end] == ' ' && line[end - 1] != ' ' &&
		    !goes_on_with_number(line + end, length - end))
			return end;
	}
	return columns;
}

static size_t line_length(const char *text, size_t length)
{
	size_t n = 0;

	while (n < length && text[n] != '\n')
		n++;
	return n;
}

/* Put a line from `row` on, of which `end` is the first that it may not use; the next row. */
static unsigned put_line(unsigned row, unsigned end, const char *line, size_t length, bool loud)
{
	unsigned indent = 0;

	do {
		size_t n = row_length(line, length, page.columns - indent);

		for (size_t i = 0; row < end && i < n; i++)
			put(row, indent + (unsigned)i, line[i], loud);
		while (n < length && line[n] == ' ')
			n++;
		line += n;
		length -= n;
		indent = INDENT;
		row++;
	} while (length);
	return row;
}

/* The same for lines of text. With `end` 0 nothing is put, but the rows are counted. */
static unsigned put_text(unsigned row, unsigned end, const char *text, size_t length)
{
	while (length && (row < end || !end)) {
		size_t n = line_length(text, length);

		row = put_line(row, end, text, n, false);
		n = MIN(n + 1, length);
		text += n;
		length -= n;
	}
	return row;
}

/* The first line is what happened. */
static unsigned put_own(unsigned end)
{
	size_t length, first;
	const char *text = panic_report_part(REPORT_OWN, &length);
	unsigned row;

	first = line_length(text, length);
	row = put_line(0, end, text, first, true);
	first = MIN(first + 1, length);
	row = put_text(row, end, text + first, length - first);
	return MIN(row, end);
}

/* The heading, and the last lines for which there is room. */
static unsigned put_log(unsigned row)
{
	size_t length, n;
	const char *text = panic_report_part(REPORT_LOG, &length);

	n = MIN(line_length(text, length) + 1, length);
	row = put_text(row, page.rows, text, n);
	do {
		text += n;
		length -= n;
		n = MIN(line_length(text, length) + 1, length);
	} while (length && row + put_text(0, 0, text, length) > page.rows);
	return put_text(row, page.rows, text, length);
}

static void begin_page(void)
{
	uint32_t width, height;

	if (!framebuffer_size(&width, &height)) {
		page.rows = VGA_TEXT_ROWS;
		page.columns = VGA_TEXT_COLUMNS;
		vga_text_clear();
		return;
	}
	page.scale = MAX((height + MAGNIFIED / 2) / MAGNIFIED, 1U);
	framebuffer_fill(0, 0, width, height, BLACK);
	width = panic_code_draw(NEEDED_COLUMNS * FONT_WIDTH * page.scale,
				WANTED_COLUMNS * FONT_WIDTH * page.scale);
	page.rows = height / (FONT_HEIGHT * page.scale);
	/* What does not fit on a screen that is even narrower is not drawn. */
	page.columns = MAX(width / (FONT_WIDTH * page.scale), INDENT + 1U);
}

void panic_screen_show(void)
{
	size_t length;
	const char *log, *others;
	unsigned row, log_rows;

	begin_page();
	log = panic_report_part(REPORT_LOG, &length);
	log_rows = MIN(put_text(0, 0, log, length), (unsigned)LOG_ROWS);
	row = put_own(page.rows - MIN(log_rows, page.rows / 4));
	row = put_log(row);
	others = panic_report_part(REPORT_OTHERS, &length);
	put_text(row, page.rows, others, length);
	screen_forget();
}
