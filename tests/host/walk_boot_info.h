/* Reads every byte that a struct boot_info promises, so that a sanitizer sees one too many. */
#pragma once

#include "lib/multiboot2.h"

static volatile unsigned char walk_sink;

static inline void walk_bytes(const void *p, size_t n)
{
	const unsigned char *bytes = p;

	for (size_t i = 0; i < n; i++)
		walk_sink ^= bytes[i];
}

static inline void walk_part(const struct bytes *part)
{
	walk_bytes(part->base + part->start, bytes_size(part));
}

static inline void walk_boot_info(const struct boot_info *info)
{
	struct boot_mmap_entry range;
	struct boot_elf_section section;
	struct boot_efi_entry efi;

	walk_bytes(info->cmdline, strlen(info->cmdline) + 1);
	walk_bytes(info->loader, strlen(info->loader) + 1);
	for (unsigned i = 0; i < info->n_modules; i++)
		walk_bytes(info->modules[i].cmdline, strlen(info->modules[i].cmdline) + 1);
	for (uint32_t i = 0; boot_mmap_entry(info, i, &range); i++)
		walk_bytes(&range, sizeof(range));
	for (uint32_t i = 0; boot_elf_section(info, i, &section); i++)
		walk_bytes(&section, sizeof(section));
	for (uint32_t i = 0; boot_efi_entry(info, i, &efi); i++)
		walk_bytes(&efi, sizeof(efi));
	walk_part(&info->network);
	walk_part(&info->smbios);
	walk_part(&info->vbe_control);
	walk_part(&info->vbe_mode_info);
}
