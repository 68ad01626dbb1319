/*
 * Addresses that must not be mixed up. A physical address and an address that user mode handed in
 * are structures, so that neither can be dereferenced, nor passed for the other, nor for a number
 * (bugs that this makes a compile error: physical and virtual mixed up, translated twice).
 */
#pragma once

#include "lib/base.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096UL

/* A physical address, in bytes. */
typedef struct {
	uint64_t raw;
} paddr_t;

/* An address in the user half, in bytes; untrusted, reached only by proc/usercopy.h. */
typedef struct {
	uint64_t raw;
} uaddr_t;

#define PADDR(x) ((paddr_t){(x)})
#define UADDR(x) ((uaddr_t){(x)})

/* A physical page frame number: a physical address in units of PAGE_SIZE. */
typedef uint64_t pfn_t;

static inline pfn_t paddr_to_pfn(paddr_t pa)
{
	return pa.raw >> PAGE_SHIFT;
}

static inline paddr_t pfn_to_paddr(pfn_t pfn)
{
	return PADDR(pfn << PAGE_SHIFT);
}

static inline paddr_t paddr_add(paddr_t pa, uint64_t bytes)
{
	return PADDR(pa.raw + bytes);
}
