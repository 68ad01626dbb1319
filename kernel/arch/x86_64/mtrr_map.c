#include "arch/x86_64/mtrr_map.h"

#define PHYSMASK_VALID (1UL << 11)
#define ADDRESS_BITS   (~0xfffUL)

#define FIXED_16K_START 0x80000UL
#define FIXED_4K_START	0xc0000UL
#define FIXED_16K_INDEX 8
#define FIXED_4K_INDEX	24

/* No variable range matches (yet). */
#define NO_TYPE 0xff

static uint64_t lowest_bit(uint64_t word)
{
	return word & -word;
}

void mtrr_add_variable(struct mtrr_state *state, uint64_t physbase, uint64_t physmask,
		       unsigned int phys_bits)
{
	uint64_t width = phys_bits >= 64 ? UINT64_MAX : (1UL << phys_bits) - 1;
	uint64_t mask = physmask & ADDRESS_BITS & width;
	unsigned int n = state->variables;

	if (!(physmask & PHYSMASK_VALID) || n == MTRR_VARIABLE_MAX)
		return;
	state->variable[n].mask = mask;
	state->variable[n].base = physbase & mask;
	state->variable[n].size = mask == (width & -lowest_bit(mask)) ? lowest_bit(mask) : 0;
	state->variable[n].type = physbase & 0xff;
	state->variables = n + 1;
}

/* A piece of memory of one type: `end` is where the next piece begins, at the latest. */
struct piece {
	uint64_t end;
	uint8_t type;
};

static struct piece fixed_piece(const struct mtrr_state *state, uint64_t at)
{
	uint64_t shift = 12, start = FIXED_4K_START, index = FIXED_4K_INDEX;

	if (at < FIXED_16K_START) {
		shift = 16;
		start = 0;
		index = 0;
	} else if (at < FIXED_4K_START) {
		shift = 14;
		start = FIXED_16K_START;
		index = FIXED_16K_INDEX;
	}
	return (struct piece){
		.end = ((at >> shift) + 1) << shift,
		.type = state->fixed[index + ((at - start) >> shift)],
	};
}

/* SDM 3A 12.11.4.1: equal types stay, UC wins, WT beats WB; the rest is undefined. */
static uint8_t combine(uint8_t a, uint8_t b)
{
	if (a == NO_TYPE || a == b)
		return b;
	if ((a == MEM_WT && b == MEM_WB) || (a == MEM_WB && b == MEM_WT))
		return MEM_WT;
	return MEM_UC;
}

/*
 * The next address after `at` where variable range `i` may begin or cease to match; 0: there is
 * none. A range in several pieces changes only at multiples of the lowest bit that it looks at.
 */
static uint64_t next_boundary(const struct mtrr_state *state, unsigned int i, uint64_t at)
{
	uint64_t base = state->variable[i].base, size = state->variable[i].size;
	uint64_t grain = lowest_bit(state->variable[i].mask);

	if (size == 0)
		return grain ? (at & -grain) + grain : 0;
	if (at < base)
		return base;
	return at - base < size ? base + size : 0;
}

static uint8_t default_type(const struct mtrr_state *state, uint64_t at)
{
	if (at >= GIB(4) && at < state->wb_above_4g_end)
		return MEM_WB;
	return state->default_type;
}

static uint64_t nearer(uint64_t end, uint64_t boundary, uint64_t at)
{
	return boundary > at && boundary < end ? boundary : end;
}

static struct piece variable_piece(const struct mtrr_state *state, uint64_t at, uint64_t limit)
{
	struct piece piece = {.end = limit, .type = NO_TYPE};

	for (unsigned int i = 0; i < state->variables; i++) {
		if ((at & state->variable[i].mask) == state->variable[i].base)
			piece.type = combine(piece.type, state->variable[i].type);
		piece.end = nearer(piece.end, next_boundary(state, i, at), at);
	}
	piece.end = nearer(piece.end, GIB(4), at);
	piece.end = nearer(piece.end, state->wb_above_4g_end, at);
	if (piece.type == NO_TYPE)
		piece.type = default_type(state, at);
	return piece;
}

static struct piece piece_at(const struct mtrr_state *state, uint64_t at, uint64_t limit)
{
	if (state->absent || !state->enabled)
		return (struct piece){.end = limit, .type = state->absent ? MEM_WB : MEM_UC};
	if (state->fixed_enabled && at < MTRR_FIXED_END)
		return fixed_piece(state, at);
	return variable_piece(state, at, limit);
}

enum mem_type mtrr_type_uniform(const struct mtrr_state *state, uint64_t start, uint64_t size,
				bool *uniform)
{
	uint64_t limit = start + size;
	struct piece first = piece_at(state, start, limit);
	uint64_t at = first.end;

	while (at < limit) {
		struct piece next = piece_at(state, at, limit);

		if (next.type != first.type)
			break;
		at = next.end;
	}
	*uniform = at >= limit;
	return first.type;
}
