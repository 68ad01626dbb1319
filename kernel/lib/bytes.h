/*
 * Bytes that firmware or a loader wrote, little-endian, aligned or not. They are read by getters
 * that know where the bytes end: what lies behind the end, even in part, reads as 0. So a parser
 * that reads through them touches nothing else, whatever lengths and offsets the bytes hold.
 */
#pragma once

#include "lib/base.h"

/* The bytes [start, end) of a buffer, of which all below `end` may be read. */
struct bytes {
	const uint8_t *base; /* of the buffer */
	uint32_t start;	     /* offsets in it; start is at most end */
	uint32_t end;
};

/* The `size` bytes at `base`. */
static inline struct bytes bytes_of(const void *base, uint32_t size)
{
	return (struct bytes){(const uint8_t *)base, 0, size};
}

static inline uint32_t bytes_size(const struct bytes *b)
{
	return b->end - b->start;
}

/* Whether the field of `size` bytes at `offset` is there as a whole. */
static inline bool bytes_has(const struct bytes *b, uint32_t offset, uint32_t size)
{
	return (uint64_t)b->start + offset + size <= b->end;
}

/* The `size` bytes at `offset`, or as much of them as is there. */
static inline struct bytes bytes_part(const struct bytes *b, uint32_t offset, uint32_t size)
{
	uint64_t start = MIN((uint64_t)b->start + offset, (uint64_t)b->end);
	uint64_t end = MIN(start + size, (uint64_t)b->end);

	return (struct bytes){b->base, (uint32_t)start, (uint32_t)end};
}

static inline struct bytes bytes_from(const struct bytes *b, uint32_t offset)
{
	return bytes_part(b, offset, UINT32_MAX);
}

static inline uint8_t bytes_u8(const struct bytes *b, uint32_t offset)
{
	uint64_t at = (uint64_t)b->start + offset;

	return at < b->end ? b->base[at] : 0;
}

static inline uint16_t bytes_u16(const struct bytes *b, uint32_t offset)
{
	uint64_t at = (uint64_t)b->start + offset;

	if (at + 2 > b->end)
		return 0;
	return (uint16_t)(b->base[at] | (uint32_t)b->base[at + 1] << 8);
}

static inline uint32_t bytes_u32(const struct bytes *b, uint32_t offset)
{
	if (!bytes_has(b, offset, 4))
		return 0;
	return bytes_u16(b, offset) | (uint32_t)bytes_u16(b, offset + 2) << 16;
}

static inline uint64_t bytes_u64(const struct bytes *b, uint32_t offset)
{
	if (!bytes_has(b, offset, 8))
		return 0;
	return bytes_u32(b, offset) | (uint64_t)bytes_u32(b, offset + 4) << 32;
}

/* The string at `offset`, or NULL when it is not ended by a NUL inside. */
static inline const char *bytes_string(const struct bytes *b, uint32_t offset)
{
	uint64_t start = (uint64_t)b->start + offset;

	if (start >= b->end)
		return NULL;
	for (uint64_t at = start; at < b->end; at++) {
		if (b->base[at] == 0)
			return (const char *)&b->base[start];
	}
	return NULL;
}

/* Copy the first `size` bytes to `to`; those that are not there become 0. */
static inline void bytes_copy(uint8_t *to, const struct bytes *b, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		to[i] = bytes_u8(b, i);
}
