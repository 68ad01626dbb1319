/* A tell_fn for tests: see told.h. */
#include "told.h"

#include <string.h>

#include "lib/fmt.h"

static char lines[8192];
static unsigned count;

void told_reset(void)
{
	lines[0] = '\0';
	count = 0;
}

unsigned told_count(void)
{
	return count;
}

bool told_has(const char *text)
{
	return strstr(lines, text) != NULL;
}

unsigned told_times(const char *text)
{
	unsigned times = 0;

	for (const char *at = strstr(lines, text); at; at = strstr(at + 1, text))
		times++;
	return times;
}

void told(void *ctx, const char *fmt, ...)
{
	size_t used = strlen(lines);
	char line[256];
	va_list args;

	(void)ctx;
	va_start(args, fmt);
	fmt_vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	count++;
	if (used + strlen(line) + 2 > sizeof(lines))
		return;
	strcat(lines, line);
	strcat(lines, "\n");
}
