/* Which memory type the MTRRs give to a physical range (SDM 3A 12.11). Pure. */
#pragma once

#include "lib/base.h"

/* Encodings of SDM 3A table 12-2. */
enum mem_type {
	MEM_UC = 0,
	MEM_WC = 1,
	MEM_WT = 4,
	MEM_WP = 5,
	MEM_WB = 6,
};

#define MTRR_VARIABLE_MAX 32
#define MTRR_FIXED_COUNT  88
#define MTRR_FIXED_END	  0x100000UL

/* The registers, decoded. */
struct mtrr_state {
	bool enabled;	    /* otherwise all memory is UC, unless `absent` */
	bool absent;	    /* the CPU has no MTRRs: only page tables give types */
	bool fixed_enabled; /* `fixed` decides below 1 MiB */
	uint8_t default_type;
	uint8_t fixed[MTRR_FIXED_COUNT]; /* 8 of 64 KiB, 16 of 16 KiB, 64 of 4 KiB */
	uint64_t wb_above_4g_end;	 /* AMD TOM2: [4 GiB, this) is WB whatever the default */
	unsigned int variables;
	struct {
		uint64_t base, mask; /* it matches addresses a with (a & mask) == base ... */
		uint64_t size;	     /* ... in one piece of so many bytes; 0: in several pieces */
		uint8_t type;
	} variable[MTRR_VARIABLE_MAX];
};

/*
 * The type of the physical range [start, start + size), which must not wrap; `size` is not 0.
 * `*uniform` tells whether it is the same everywhere; if not, the type of the first byte is
 * returned. Overlaps with types that SDM 3A 12.11.4.1 leaves undefined count as UC.
 */
enum mem_type mtrr_type_uniform(const struct mtrr_state *state, uint64_t start, uint64_t size,
				bool *uniform);

/*
 * Decode a pair PHYSBASE, PHYSMASK into the next variable range of `state`, for addresses of
 * `phys_bits`. Invalid pairs, and what does not fit, are left out.
 */
void mtrr_add_variable(struct mtrr_state *state, uint64_t physbase, uint64_t physmask,
		       unsigned int phys_bits);
