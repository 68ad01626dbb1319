/* Random numbers: where a program's parts lie, and what it finds in AT_RANDOM. */
#pragma once

#include "lib/base.h"

/*
 * From the kernel's command line, before the first number is asked for: with the word seed=N all
 * numbers follow from N, so that a test can have the same ones again.
 */
void random_init(const char *cmdline);

/*
 * 64 random bits, from the CPU's generator where it has one. Without it they are mixed from the
 * TSC, which is as good as the moment is hard to foresee.
 */
uint64_t random_u64(void);
