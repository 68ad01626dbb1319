/* The panic() of host tests: see host_panic.h. */
#include "host_panic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/upcall.h"

jmp_buf host_panic_jump;
bool host_panic_expected;
char host_panic_text[512];

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(host_panic_text, sizeof(host_panic_text), fmt, args);
	va_end(args);
	if (host_panic_expected) {
		host_panic_expected = false;
		longjmp(host_panic_jump, 1);
	}
	fprintf(stderr, "unexpected panic: %s\n", host_panic_text);
	abort();
}
