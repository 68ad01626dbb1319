/*
 * Where the parts of a program lie that may lie anywhere. The places are random, within the ranges
 * that Linux has on x86_64 (arch/x86/mm/mmap.c and fs/binfmt_elf.c of 6.1): exec chooses them, and
 * fork hands them on. Pure but for the random numbers; no locks.
 */
#pragma once

#include "lib/addr.h"

/* How many places there are, as powers of two. */
#define LAYOUT_MMAP_BITS  28 /* pages: 1 TiB */
#define LAYOUT_PIE_BITS	  28
#define LAYOUT_STACK_BITS 22 /* pages: 16 GiB */
#define LAYOUT_BRK_BITS	  13 /* pages: 32 MiB */
#define LAYOUT_SKIP_BITS  9  /* 16 bytes: 8 KiB */

#define LAYOUT_SKIP_UNIT 16 /* what the ABI aligns a stack to */

/* Where a program that can lie anywhere is put, at the lowest: Linux's ELF_ET_DYN_BASE. */
#define LAYOUT_PIE_LOWEST 0x0000555555554000UL

struct user_layout {
	uint64_t stack_top;  /* the end of the stack's area */
	uint64_t stack_skip; /* bytes left out between the strings and what lies below them */
	uint64_t mmap_top;   /* mappings without an address go below */
	uint64_t pie_base;   /* a program that can lie anywhere */
	uint64_t brk_skip;   /* bytes left out between a program and its heap */
};

/* From the kernel's command line: with the word norandmaps, Linux's, all is at fixed places. */
void user_layout_init(const char *cmdline);

/*
 * Choose places for a program whose stack may grow to `stack_limit` bytes; `fixed`: those that all
 * programs have with norandmaps.
 */
void user_layout_choose(struct user_layout *layout, uint64_t stack_limit, bool fixed);
