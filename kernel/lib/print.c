#include "lib/print.h"

#include "lib/fmt.h"

void print(struct printer *out, const char *fmt, ...)
{
	char text[PRINT_MAX];
	va_list args;
	int length;

	va_start(args, fmt);
	length = fmt_vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	out->write(out, text, MIN((size_t)length, sizeof(text) - 1));
}
