#include "dev/line_input.h"

#define CTRL_D	  0x04
#define BACKSPACE 0x08
#define CTRL_U	  0x15
#define CTRL_W	  0x17
#define DELETE	  0x7f

static void show(struct line_echo *echo, char byte)
{
	if (echo->n < LINE_ECHO_MAX)
		echo->bytes[echo->n++] = byte;
}

static bool is_control(char byte)
{
	return (unsigned char)byte < ' ' && byte != '\t' && byte != '\n';
}

/* Is it one of the bytes of a UTF-8 character behind the first? */
static bool is_continued(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static void show_typed(struct line_echo *echo, char byte)
{
	if (!is_control(byte)) {
		show(echo, byte);
		return;
	}
	show(echo, '^');
	show(echo, (char)(byte + '@'));
}

/* Take one character back, of as many bytes and columns as it has. */
static void erase(struct line_input *line, struct line_echo *echo)
{
	int columns = 1;

	while (line->n > 1 && is_continued(line->bytes[line->n - 1]))
		line->n--;
	if (is_control(line->bytes[--line->n]))
		columns = 2;
	while (columns--) {
		show(echo, '\b');
		show(echo, ' ');
		show(echo, '\b');
	}
}

static bool ends_in_blank(const struct line_input *line)
{
	return line->bytes[line->n - 1] == ' ';
}

static void erase_word(struct line_input *line, struct line_echo *echo)
{
	while (line->n && ends_in_blank(line))
		erase(line, echo);
	while (line->n && !ends_in_blank(line))
		erase(line, echo);
}

bool line_input(struct line_input *line, char byte, struct line_echo *echo)
{
	echo->n = 0;
	if (byte == '\r')
		byte = '\n';
	switch (byte) {
	case CTRL_D:
		return true;
	case BACKSPACE:
	case DELETE:
		if (line->n)
			erase(line, echo);
		return false;
	case CTRL_W:
		erase_word(line, echo);
		return false;
	case CTRL_U:
		while (line->n)
			erase(line, echo);
		return false;
	}
	/* There is always room for the newline. */
	if (line->n == LINE_INPUT_MAX - 1 && byte != '\n')
		return false;
	line->bytes[line->n++] = byte;
	show_typed(echo, byte);
	return byte == '\n';
}
