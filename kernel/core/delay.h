/*
 * Delay points: places where a debug build waits a while when the word delay=NAME names them, so
 * that what other CPUs do just then happens more often. The word delay-us= says how long. Release
 * builds have none.
 */
#pragma once

#include "lib/base.h"

#ifdef DEBUG

/* Read the words. Once, at boot. */
void delay_init(const char *cmdline);

/* Wait here if the word names this point. Callable with locks held. */
void delay_point(const char *name);

#else

static inline void delay_init(const char *cmdline)
{
	(void)cmdline;
}

static inline void delay_point(const char *name)
{
	(void)name;
}

#endif
