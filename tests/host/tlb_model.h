/*
 * A model of CPUs with tagged TLBs that forget nothing unless told (SDM 3A 4.10), of the memory
 * that they walk, and of page tables of two levels in it: a root, tables, pages. A CPU may fill its
 * TLB and its cache of tables at any time, by any address. The model ends the test
 * - when a CPU walks through a table that is free,
 * - when it reaches a frame that is free, or another space's,
 * - when an address is translated otherwise than the tables say, while nobody is changing them.
 */
#pragma once

#include "arch/x86_64/cpu.h"
#include "mm/tlb.h"
#include "mm/tlb_cpu.h"
#include "mm/tlb_flush.h"

#define MODEL_FRAMES 4096
#define MODEL_TABLES 2	/* that a root can have, MODEL_REACH apart */
#define MODEL_PAGES  40 /* that a table can have: more than TLB_FLUSH_ALL */
#define MODEL_REACH  (512 * PAGE_SIZE)
#define MODEL_SPACES 48 /* more than PCID_COPIES */
#define MODEL_KERNEL 4	/* pages of the kernel half */

/* Bits of a model's entry; above them the frame's address, as in the CPU's. */
#define MODEL_PRESENT 1UL
#define MODEL_WRITE   2UL

/* Defects that can be planted between the kernel's code and the CPU, or in its caller. */
enum plant {
	PLANT_NOTHING,
	PLANT_KEPT_PCID,     /* a load of CR3 that is to flush keeps what the PCID tags */
	PLANT_LOCAL_FLUSH,   /* INVLPG does nothing on a CPU that was asked */
	PLANT_ASKED_CR3,     /* nor does the flush of a whole space */
	PLANT_HIDDEN_TABLES, /* freed tables pass for pages: lazy CPUs are not asked */
	PLANT_EARLY_FLUSH,   /* the flush comes before the change */
	PLANT_NO_EXPEL,	     /* a space is freed that lazy CPUs have loaded */
	PLANTS
};
extern enum plant model_plant;

struct model_space {
	struct space space;
	bool used;
	bool changing; /* a change is not flushed yet: its lock is held */
	bool ending;   /* its last thread is gone */
};
extern struct model_space model_spaces[MODEL_SPACES];

/* Empty memory, TLBs and spaces; every CPU with the master's tables, and PCIDs if `pcid`. */
void model_reset(bool pcid, bool has_invpcid);

/* A space with an empty root, in the place `m`; false without memory. */
bool model_create(struct model_space *m);

/* Free an emptied space's tables and frames at once; nobody may have it loaded. */
void model_destroy(struct model_space *m);

/* The entry for `va`, making its table; NULL without one (or without memory, for `make`). */
uint64_t *model_entry(struct model_space *m, uint64_t va, bool make);

/* Clear the entry for `va`, its frame and an empty table going to the batch. */
void model_unmap(struct model_space *m, uint64_t va, struct tlb_batch *batch);

/* A frame for a page, or NULL. */
struct page *model_page(void);

/* Address of page `i` of MODEL_TABLES * MODEL_PAGES. */
uint64_t model_va(unsigned i);

/* What the CPU that runs does: reach a user address of `m` (its active space), ... */
void model_access(struct model_space *m, uint64_t va, bool write);
/* ... walk the tables that it has loaded on its own account, ... */
void model_speculate(uint64_t va);
/* ... reach a page of the kernel half, or change it and flush it everywhere. */
void model_kernel_access(unsigned i);
void model_kernel_change(unsigned i);

/* The CPU that runs takes the flush interrupt. */
void model_serve(void);

/* Called where another CPU may do something in between. */
extern void (*model_pause)(void);

/* Called when something is wrong; need not return. */
void model_wrong(const char *what, uint64_t va);
