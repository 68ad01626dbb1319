// abi_fuzz: chance, what calls have answered, and arguments that are odd.
#pragma once

#include "../say.h"

#define ARENA	    0x100000000000ul
#define ARENA_PAGES 24
#define LINE	    16 // results in a line

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define PICK(array)	((array)[below(COUNT_OF(array))])

static uint64_t seed;
static char line[400];
static size_t line_size;
static unsigned line_results;

static uint32_t below(uint64_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 20) % limit);
}

static bool once_in(uint32_t n)
{
	return below(n) == 0;
}

static void end_line(void)
{
	if (line_size)
		say("%s\n", line);
	line_size = 0;
	line_results = 0;
}

static void note(const char *call, const char *result)
{
	line_size += (size_t)snprintf(line + line_size, sizeof(line) - line_size, " %s:%s", call,
				      result);
	if (++line_results == LINE)
		end_line();
}

static void note_result(const char *call, long result)
{
	note(call, result_name(result));
}

// --- arguments -----------------------------------------------------------------------------------

static const uint64_t bad_addresses[] = {
	0,
	1,
	PAGE - 8,
	-1ul,
	-8ul,
	-PAGE,
	USER_END,
	USER_END - 1,
	USER_END - PAGE,
	NON_CANONICAL,
	KERNEL_ADDR,
	KERNEL_DIRECT,
	1ul << 63,
};

static uint64_t page_address(void)
{
	return ARENA + below(ARENA_PAGES) * PAGE;
}

// Of a page, mostly.
static uint64_t address(void)
{
	if (once_in(12))
		return PICK(bad_addresses);
	return page_address() + (once_in(12) ? below(PAGE) : 0);
}

// For a few bytes: also where a page ends.
static uint64_t buffer(void)
{
	if (once_in(6))
		return PICK(bad_addresses);
	return page_address() + (once_in(2) ? PAGE - below(64) : below(64) * 8);
}

// Not so much that it is a question of how much memory there is.
static uint64_t length(void)
{
	static const uint64_t odd[] = {0,	  1,	     PAGE - 1,	PAGE + 1,
				       1ul << 47, 1ul << 48, 1ul << 63, -PAGE,
				       -1ul,	  USER_END,  -ARENA,	-ARENA - PAGE};

	return once_in(8) ? PICK(odd) : (1 + below(6)) * PAGE;
}

static int prot(void)
{
	static const int odd[] = {8, 16, 0x100, -1, 1 << 30};

	int usual = (int)below(8);

	// What can be executed only is readable too where the CPU has no protection keys.
	return once_in(20) ? PICK(odd) : usual == PROT_EXEC ? PROT_NONE : usual;
}
