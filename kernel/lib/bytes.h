/* Little-endian numbers at any address, aligned or not: for tables that firmware wrote. */
#pragma once

#include "lib/base.h"

static inline uint16_t get_u16(const uint8_t *p)
{
	uint16_t value;

	__builtin_memcpy(&value, p, sizeof(value));
	return value;
}

static inline uint32_t get_u32(const uint8_t *p)
{
	uint32_t value;

	__builtin_memcpy(&value, p, sizeof(value));
	return value;
}

static inline uint64_t get_u64(const uint8_t *p)
{
	uint64_t value;

	__builtin_memcpy(&value, p, sizeof(value));
	return value;
}
