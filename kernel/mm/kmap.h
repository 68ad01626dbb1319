/*
 * The mapper of the kernel half. It refuses (panics on) addresses of the user half; its counterpart
 * for those is umap.h. Before the frame allocator exists, tables come from the memory map; the
 * PML4's slots are filled before the first process exists and then sealed.
 */
#pragma once

#include "arch/x86_64/pte.h"
#include "mm/memmap.h"

/* Kinds of kernel mappings: entry bits. */
#define KMAP_RW	     (PTE_PRESENT | PTE_WRITE | PTE_GLOBAL | PTE_NX | PTE_ACCESSED | PTE_DIRTY)
#define KMAP_RO	     (PTE_PRESENT | PTE_GLOBAL | PTE_NX | PTE_ACCESSED)
#define KMAP_RX	     (PTE_PRESENT | PTE_GLOBAL | PTE_ACCESSED)
#define KMAP_MMIO    (KMAP_RW | PTE_PCD | PTE_PWT) /* PAT entry 3: uncached */
#define KMAP_WC	     (KMAP_RW | PTE_PAT_4K)	   /* PAT entry 4: write-combining */
#define KMAP_MMIO_RO KMAP_RO			   /* firmware tables: write-back */

/* The PML4 that all address spaces link their upper half from. */
extern paddr_t master_pml4;

/* Make an empty master PML4; tables come from `map` until kmap_use_frames() is called. */
void kmap_init(struct memmap *map);
void kmap_use_frames(void);

/*
 * Map `size` bytes of physical memory at `pa` to `va`, all page aligned, with entry bits `flags`,
 * in pages as large as `largest_level` (1: 4 KiB, 2: 2 MiB, 3: 1 GiB) and alignment permit. What is
 * mapped there already must not be. 0, or -ENOMEM with nothing mapped that was not. Takes
 * RANK_KMAP.
 */
__must_check int kmap_range(uint64_t va, paddr_t pa, uint64_t size, pte_t flags, int largest_level);

/* Make the table behind PML4 slot of `va` exist, so that the slot never changes later. */
__must_check int kmap_slot(uint64_t va);

/* From now on the PML4 slots 256..511 do not change: creating one panics. */
void kmap_seal(void);

/* What the master's slot (256..511) was when they were sealed. */
pte_t kmap_sealed_slot(unsigned slot);

/* Compare the sealed slots with those of the PML4 at `root`; panics naming the first that differs.
 */
void kmap_check_slots(paddr_t root);

/*
 * Map `size` bytes of device memory or firmware tables at any physical address, which must not be
 * RAM in use; `flags` is KMAP_MMIO, KMAP_WC or KMAP_MMIO_RO. The address of the byte at `pa`, or
 * NULL when there is no room, or when the CPU has not that many address bits. In large pages where
 * it fills them. Mappings stay for good. Takes RANK_KMAP.
 */
void *mmio_map(uint64_t pa, uint64_t size, pte_t flags);
