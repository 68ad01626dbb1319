// The kernel's call for tests, kernel/abi/ktest.h: Linux has no such call.
#pragma once

#include "say.h"

#define SYS_ktest 0x53540000

enum {
	KTEST_CENSUS,
	KTEST_FREE,
	KTEST_FAIL,
	KTEST_FAILED,
	KTEST_KILL,
	KTEST_KILLED,
	KTEST_CONTENDED,
	KTEST_ASKED,
	KTEST_STICK,
};

// The memory of the machine is what it was: nothing is wrong, and as many frames are free as the
// first time (`*free_frames`, 0 at first). Prints what is not so.
static inline bool books_are_right(const char *when, long n, long *free_frames)
{
	long wrong = sys(SYS_ktest, KTEST_CENSUS);
	long now = sys(SYS_ktest, KTEST_FREE);

	if (!*free_frames)
		*free_frames = now;
	if (wrong == 0 && now == *free_frames)
		return true;
	say("%s, %ld: %ld things wrong, %ld frames free, %ld before\n", when, n, wrong, now,
	    *free_frames);
	return false;
}
