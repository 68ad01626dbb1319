#include "arch/x86_64/extable.h"

#include "lib/string.h"

struct extable_entry {
	uint64_t fault;
	uint64_t fixup;
	uint64_t vector;
};

struct smap_site {
	uint64_t address;
	uint64_t stac; /* 0: CLAC goes there, 1: STAC */
};

extern const struct extable_entry extable_start[], extable_end[];
extern const struct smap_site smap_sites_start[], smap_sites_end[];

uintptr_t extable_find(uintptr_t rip, uint64_t vector)
{
	for (const struct extable_entry *entry = extable_start; entry < extable_end; entry++) {
		if (entry->fault == rip && entry->vector == vector)
			return entry->fixup;
	}
	return 0;
}

void smap_patch(void)
{
	static const uint8_t clac_code[] = {0x0f, 0x01, 0xca};
	static const uint8_t stac_code[] = {0x0f, 0x01, 0xcb};

	for (const struct smap_site *site = smap_sites_start; site < smap_sites_end; site++)
		memcpy((void *)site->address, site->stac ? stac_code : clac_code,
		       sizeof(clac_code));
}
