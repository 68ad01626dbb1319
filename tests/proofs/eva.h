/*
 * What the analyses of Eva share: values of which nothing is known, and what the kernel's pure code
 * calls. Frama-C's own <string.h> gives the contracts of the functions of lib/string.h.
 */
#pragma once

#include <__fc_builtin.h>
#include <string.h>

#include "lib/base.h"
#include "lib/upcall.h"

static bool any_bool(void)
{
	return Frama_C_interval(0, 1) != 0;
}

static uint32_t any_u32(void)
{
	return Frama_C_unsigned_int_interval(0, UINT32_MAX);
}

static uint64_t any_u64(void)
{
	return Frama_C_unsigned_long_interval(0, UINT64_MAX);
}

static void any_tell(void *ctx, const char *fmt, ...)
{
	(void)ctx;
	(void)fmt;
}

/*@ assigns \nothing;
    ensures \false; */
void panic(const char *fmt, ...);
