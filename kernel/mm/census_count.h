/* What the files of the census share. Only census*.c include it. */
#pragma once

#include "mm/census.h"
#include "mm/page.h"
#include "mm/space.h"

enum census_pass {
	CENSUS_CHECK,	/* hold each mapping against the rules; counts are as they were */
	CENSUS_COUNT,	/* take each reference that is found off its frame's count */
	CENSUS_SHOW,	/* tell who refers to census_shown */
	CENSUS_RESTORE, /* put them back */
};
extern enum census_pass census_pass;
extern const struct page *census_shown;

/* Where a reference was found. */
struct census_place {
	const char *what;
	uint64_t owner; /* a space's PML4, ... */
	uint64_t va;
};

/* A reference to a frame of that type. */
void census_count(struct page *page, enum page_type type, const struct census_place *place);

/* Something is wrong: told on the log, if not too much was, and counted. */
void census_find(const char *fmt, ...) __printf_like(1, 2);

/* Visit all page tables. */
void census_tables(void);

/* Free lists, magazines and slabs, before anything is counted. */
void census_free_frames(void);

/* All counts must be 0 now, and each frame be somebody's. */
void census_all_counted(void);

/* Tell on the log who refers to a frame whose count is wrong. */
void census_show(const struct page *page);

/* The name of an enum page_type. */
const char *census_type_name(unsigned type);
