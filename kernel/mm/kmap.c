#include "mm/kmap.h"

#include "abi/errno.h"
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/mtrr.h"
#include "arch/x86_64/page_copy.h"
#include "core/lock.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/frames.h"
#include "mm/phys.h"
#include "mm/tlb_flush.h"

#define TABLE_FLAGS   (PTE_PRESENT | PTE_WRITE | PTE_ACCESSED)
#define FIRST_SLOT    256
#define BOOT_MAP_SIZE GIB(4) /* what the boot tables reach */

static struct lock kmap_lock = LOCK_INIT("kmap", RANK_KMAP);
static struct memmap *boot_map; /* NULL once frames come from the allocator */
static bool sealed;
static pte_t sealed_slots[PT_ENTRIES - FIRST_SLOT]; /* as they were then */
static uint64_t mmio_next = MMIO_BASE;		    /* [kmap_lock] */
paddr_t master_pml4;

static paddr_t boot_table(void)
{
	paddr_t pa = memmap_alloc(boot_map, PAGE_SIZE, PAGE_SIZE, BOOT_MAP_SIZE);

	if (pa.raw)
		memset(phys_to_virt(pa), 0, PAGE_SIZE);
	return pa;
}

static paddr_t new_table(void)
{
	struct page *page;

	if (boot_map)
		return boot_table();
	page = frame_alloc_zeroed(PAGE_TABLE);
	return page ? page_to_paddr(page) : PADDR(0);
}

void kmap_init(struct memmap *map)
{
	boot_map = map;
	master_pml4 = boot_table();
	if (!master_pml4.raw)
		panic("no memory for the master PML4");
}

void kmap_use_frames(void)
{
	boot_map = NULL;
}

/* The entry of `level` for `va`, making tables above it; NULL without memory. [kmap_lock] */
static pte_t *entry_at(uint64_t va, int level)
{
	paddr_t table = master_pml4;

	for (int at = PT_LEVELS; at > level; at--) {
		pte_t *entry = (pte_t *)phys_to_virt(table) + level_index(va, at);

		if (!*entry) {
			paddr_t fresh = new_table();

			if (!fresh.raw)
				return NULL;
			if (at == PT_LEVELS && sealed)
				panic("kernel slot %u is sealed", level_index(va, at));
			*entry = fresh.raw | TABLE_FLAGS;
		} else if (pte_is_leaf(*entry, at)) {
			panic("kmap: %p lies in a large page", (void *)va);
		}
		table = pte_address(*entry);
	}
	return (pte_t *)phys_to_virt(table) + level_index(va, level);
}

/* The largest page level that fits at `va`, `pa` for `size` bytes. */
static int fitting_level(uint64_t va, uint64_t pa, uint64_t size, int largest)
{
	int level = largest;

	while (level > 1 && (!IS_ALIGNED(va | pa, level_size(level)) || size < level_size(level)))
		level--;
	return level;
}

/*
 * Undo what was mapped of [va, va + size) in pages of up to `largest`. Nothing has used it, but a
 * CPU may have loaded a translation on its own account (SDM 3A 4.10.2.3).
 */
static void unmap_locked(uint64_t va, uint64_t pa, uint64_t size, int largest)
{
	while (size) {
		int level = fitting_level(va, pa, size, largest);
		pte_t *entry = entry_at(va, level);

		*entry = 0;
		va += level_size(level);
		pa += level_size(level);
		size -= level_size(level);
	}
	tlb_flush_kernel();
}

/* `flags` as an entry of `level` has them: where the PAT's bit is in a PT, others have PTE_LARGE.
 */
static pte_t leaf_flags(pte_t flags, int level)
{
	if (level == 1)
		return flags;
	if (flags & PTE_PAT_4K)
		flags |= PTE_PAT_LARGE;
	return flags | PTE_LARGE;
}

/* Entries of one table for pages of `level` from `va`, `pa` on, at most `size` bytes: bytes mapped.
 */
static uint64_t fill_table(pte_t *entry, uint64_t va, uint64_t pa, uint64_t size, pte_t flags,
			   int level)
{
	uint64_t bytes = level_size(level), done = 0;
	pte_t *end = entry + (PT_ENTRIES - level_index(va, level));

	flags = leaf_flags(flags, level);
	for (; entry < end && size - done >= bytes; entry++, done += bytes) {
		if (*entry)
			panic("kmap: %p is mapped already (%lx)", (void *)(va + done), *entry);
		*entry = (pa + done) | flags;
	}
	return done;
}

static int map_locked(uint64_t va, uint64_t pa, uint64_t size, pte_t flags, int largest)
{
	uint64_t mapped = 0;

	while (mapped < size) {
		int level = fitting_level(va + mapped, pa + mapped, size - mapped, largest);
		pte_t *entry = entry_at(va + mapped, level);

		if (!entry) {
			unmap_locked(va, pa, mapped, largest);
			return -ENOMEM;
		}
		mapped += fill_table(entry, va + mapped, pa + mapped, size - mapped, flags, level);
	}
	return 0;
}

int kmap_range(uint64_t va, paddr_t pa, uint64_t size, pte_t flags, int largest_level)
{
	int error;

	if (va < KERNEL_HIGHER_HALF_BASE)
		panic("kmap refuses the user address %p", (void *)va);
	ASSERT(IS_ALIGNED(va | pa.raw | size, PAGE_SIZE));
	if (largest_level > 2 && !cpu_features.gib_pages)
		largest_level = 2;

	lock_acquire(&kmap_lock);
	error = map_locked(va, pa.raw, size, flags, largest_level);
	lock_release(&kmap_lock);
	return error;
}

int kmap_slot(uint64_t va)
{
	pte_t *entry;

	lock_acquire(&kmap_lock);
	entry = entry_at(va, PT_LEVELS - 1);
	lock_release(&kmap_lock);
	return entry ? 0 : -ENOMEM;
}

void kmap_seal(void)
{
	sealed = true;
#ifdef MUTANT_two_parents
	pte_t *slots = phys_to_virt(master_pml4);

	slots[level_index(MMIO_BASE, PT_LEVELS) + 1] = slots[level_index(MMIO_BASE, PT_LEVELS)];
#endif
	memcpy(sealed_slots, (const pte_t *)phys_to_virt(master_pml4) + FIRST_SLOT,
	       sizeof(sealed_slots));
}

pte_t kmap_sealed_slot(unsigned slot)
{
	return sealed_slots[slot - FIRST_SLOT];
}

static __noreturn __noinline void slots_differ(paddr_t root, const pte_t *other,
					       const pte_t *master)
{
	unsigned slot = FIRST_SLOT;

	while (slot < PT_ENTRIES - 1 && other[slot] == master[slot])
		slot++;
	panic("kernel half differs: slot %u of PML4 %lx is %lx, the master's is %lx", slot,
	      root.raw, other[slot], master[slot]);
}

void kmap_check_slots(paddr_t root)
{
	const pte_t *master = phys_to_virt(master_pml4);
	const pte_t *other = phys_to_virt(root);

	if (unlikely(
		    !words_equal(other + FIRST_SLOT, master + FIRST_SLOT, PT_ENTRIES - FIRST_SLOT)))
		slots_differ(root, other, master);
}

/* The largest pages for a device: all under one memory type (SDM 3A 12.11.9). */
static int mmio_level(uint64_t first, uint64_t bytes)
{
	return bytes >= level_size(2) && mtrr_is_uniform(first, bytes) ? 2 : 1;
}

/* Where the next device goes, which is as far into a page of `level` there as `first`. */
static uint64_t mmio_place(uint64_t first, int level)
{
	uint64_t size = level_size(level), va = ALIGN_DOWN(mmio_next, size) + first % size;

	return va < mmio_next ? va + size : va;
}

void *mmio_map(uint64_t pa, uint64_t size, pte_t flags)
{
	uint64_t first = ALIGN_DOWN(pa, PAGE_SIZE);
	uint64_t limit = 1UL << cpu_features.phys_bits; /* bits above are reserved in an entry */
	uint64_t bytes, va;
	int level;

	if (size == 0 || size > MMIO_SIZE || pa >= limit || size > limit - pa)
		return NULL;
	bytes = ALIGN_UP(pa + size, PAGE_SIZE) - first;
#ifdef MUTANT_mmio_direct
	return phys_to_virt(PADDR(pa));
#endif
	level = mmio_level(first, bytes);

	lock_acquire(&kmap_lock);
	va = mmio_place(first, level);
	if (va + bytes <= MMIO_BASE + MMIO_SIZE && map_locked(va, first, bytes, flags, level) == 0)
		mmio_next = va + bytes + PAGE_SIZE; /* a hole between neighbours */
	else
		va = 0;
	lock_release(&kmap_lock);
	return va ? (void *)(va + (pa - first)) : NULL;
}
