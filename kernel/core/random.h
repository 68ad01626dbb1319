/* Random numbers, for what a program finds in AT_RANDOM. */
#pragma once

#include "lib/base.h"

/*
 * 64 random bits, from the CPU's generator where it has one. Without it they are mixed from the
 * TSC, which is as good as the moment is hard to foresee.
 */
uint64_t random_u64(void);
