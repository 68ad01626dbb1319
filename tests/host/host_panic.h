/*
 * panic() for host tests. Included after <cmocka.h>; link with tests/host/host_panic.c.
 *
 * EXPECT_PANIC(buddy_free(&b, page, 3), "double free");
 *
 * A panic that no test expects prints its text and aborts. The statement of EXPECT_PANIC is left
 * by longjmp, so what it was changing is half-changed afterwards: throw it away.
 */
#pragma once

#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

extern jmp_buf host_panic_jump;
extern bool host_panic_expected;
extern char host_panic_text[512]; /* of the last panic */

/* Run `stmt`; the test fails unless it panics with a text that contains `substring`. */
#define EXPECT_PANIC(stmt, substring)                                                             \
	do {                                                                                      \
		host_panic_text[0] = '\0';                                                        \
		if (setjmp(host_panic_jump) == 0) {                                               \
			host_panic_expected = true;                                               \
			stmt;                                                                     \
			host_panic_expected = false;                                              \
			fail_msg("no panic from: %s", #stmt);                                     \
		}                                                                                 \
		if (strstr(host_panic_text, substring) == NULL)                                   \
			fail_msg("panic \"%s\" does not say \"%s\"", host_panic_text, substring); \
	} while (0)
