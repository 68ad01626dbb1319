#include "monitor/output.h"

#include "dev/screen.h"
#include "lib/string.h"

#define BUFFER_SIZE KIB(4) /* more than a command prints a call */
#define PIECE	    16UL   /* bytes; they take 1.4 ms at 115200 baud */

static char buffer[BUFFER_SIZE];
static size_t start, end; /* of what is to be written */
static enum uart port;
static bool shown; /* on the screen too */

void output_use(enum uart uart)
{
	port = uart;
}

void output_show(void)
{
	shown = true;
}

/* A piece ends with its line, so that the log does not come into the middle of a prompt. */
static size_t next_piece(void)
{
	size_t limit = MIN(end - start, PIECE), size = 0;

	while (size < limit && buffer[start + size++] != '\n')
		;
	return size;
}

bool output_drain_some(void)
{
	size_t size = next_piece();

	if (!size)
		return false;
	if (port < UARTS)
		uart_write(port, buffer + start, size);
	for (size_t n = 0; shown && n < size;)
		n += screen_write(buffer + start + n, size - n);
	start += size;
	if (start == end)
		start = end = 0;
	return true;
}

void output_write(struct printer *out, const char *text, size_t length)
{
	(void)out;
	while (length > BUFFER_SIZE - end)
		output_drain_some();
	memcpy(buffer + end, text, length);
	end += length;
}
