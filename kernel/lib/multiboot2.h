/*
 * The boot information that a multiboot2 loader hands over (MB2 3.6). It is untrusted: unknown,
 * truncated, doubled and wrong-sized tags are survived and told, and whatever `struct boot_info`
 * points to lies inside the information. Values are passed on as they are: what an address or a
 * length means is for their users to check.
 */
#pragma once

#include "lib/addr.h"
#include "lib/base.h"
#include "lib/bytes.h"
#include "lib/tell.h"

/* Types of tags, MB2 3.6.1 to 3.6.22. */
enum mb2_tag {
	MB2_TAG_END = 0,
	MB2_TAG_CMDLINE = 1,
	MB2_TAG_LOADER = 2,
	MB2_TAG_MODULE = 3,
	MB2_TAG_MEMINFO = 4,
	MB2_TAG_BIOS_DEVICE = 5,
	MB2_TAG_MMAP = 6,
	MB2_TAG_VBE = 7,
	MB2_TAG_FRAMEBUFFER = 8,
	MB2_TAG_ELF_SECTIONS = 9,
	MB2_TAG_APM = 10,
	MB2_TAG_EFI32 = 11,
	MB2_TAG_EFI64 = 12,
	MB2_TAG_SMBIOS = 13,
	MB2_TAG_ACPI_OLD = 14,
	MB2_TAG_ACPI_NEW = 15,
	MB2_TAG_NETWORK = 16,
	MB2_TAG_EFI_MMAP = 17,
	MB2_TAG_EFI_BS = 18,
	MB2_TAG_EFI32_HANDLE = 19,
	MB2_TAG_EFI64_HANDLE = 20,
	MB2_TAG_LOAD_BASE = 21,
	MB2_TAG_COUNT
};

#define BOOT_MODULES_MAX   8
#define RSDP_OLD_SIZE	   20
#define RSDP_NEW_SIZE	   36
#define VBE_CONTROL_SIZE   512
#define VBE_MODE_INFO_SIZE 256

struct boot_module {
	paddr_t start;
	paddr_t end;	     /* first byte behind it */
	const char *cmdline; /* "" when there is none */
};

/* A table of equal entries inside the information. */
struct boot_table {
	struct bytes bytes;
	uint32_t count;
	uint32_t entry_size; /* bytes; as large as the entry that is read from it, or larger */
};

/* MB2 3.6.12. */
enum framebuffer_type { FRAMEBUFFER_INDEXED = 0, FRAMEBUFFER_RGB = 1, FRAMEBUFFER_TEXT = 2 };

struct boot_framebuffer {
	paddr_t addr;
	uint32_t pitch;	 /* bytes from one line to the next */
	uint32_t width;	 /* pixels; characters for text */
	uint32_t height; /* likewise */
	uint8_t bpp;	 /* bits per pixel; 16 for text */
	uint8_t type;	 /* enum framebuffer_type */
	/* For FRAMEBUFFER_RGB, else 0: lowest bit, and number of bits, of each colour. */
	uint8_t red_pos, red_bits;
	uint8_t green_pos, green_bits;
	uint8_t blue_pos, blue_bits;
};

/* MB2 3.6.11: a BIOS's APM interface. */
struct boot_apm {
	uint16_t version;
	uint16_t cseg;
	uint32_t offset;
	uint16_t cseg_16;
	uint16_t dseg;
	uint16_t flags;
	uint16_t cseg_len;
	uint16_t cseg_16_len;
	uint16_t dseg_len;
};

struct boot_info {
	uint32_t size;	  /* of the whole information, bytes */
	uint32_t present; /* bit T: a tag of type T was there and is told of below */

	const char *cmdline; /* "" when there is none */
	const char *loader;  /* likewise */
	struct boot_module modules[BOOT_MODULES_MAX];
	unsigned n_modules;

	struct boot_table mmap; /* read by boot_mmap_entry() */
	uint32_t mem_lower_kib; /* from 0 */
	uint32_t mem_upper_kib; /* from 1 MiB */

	struct boot_table elf_sections; /* read by boot_elf_section() */
	uint32_t elf_shndx;		/* the section with the names of sections; 0: none */

	uint8_t rsdp_old[RSDP_OLD_SIZE]; /* copies, valid if present, not checked further */
	uint8_t rsdp_new[RSDP_NEW_SIZE];

	struct boot_framebuffer framebuffer;
	uint16_t vbe_mode;
	struct bytes vbe_control;   /* VBE_CONTROL_SIZE bytes, as function 0 of VBE returns them */
	struct bytes vbe_mode_info; /* VBE_MODE_INFO_SIZE bytes, as function 1 does */

	paddr_t efi_table; /* the EFI system table; EFI64 tells from EFI32 */
	paddr_t efi_handle;
	struct boot_table efi_mmap; /* read by boot_efi_entry() */

	uint32_t bios_device;
	uint32_t bios_partition;
	uint32_t bios_subpartition;
	struct boot_apm apm;
	struct bytes network; /* a DHCP reply */
	uint8_t smbios_major;
	uint8_t smbios_minor;
	struct bytes smbios; /* its tables */
	paddr_t load_base;
};

/* One entry of the memory map (MB2 3.6.8), as it is: not sorted, not checked. */
struct boot_mmap_entry {
	uint64_t base;	 /* physical, bytes */
	uint64_t length; /* bytes */
	uint32_t type;	 /* 1 usable, 3 ACPI reclaim, 4 ACPI NVS, 5 bad, any other reserved */
};

/* One section header of the kernel's own file (ELF-64). */
struct boot_elf_section {
	uint32_t name; /* offset into the section of names */
	uint32_t type;
	uint64_t addr; /* where the loader put it: physical if it is not part of the image */
	uint64_t size; /* bytes */
	uint32_t link;
	uint64_t entsize;
};

/* One descriptor of the EFI memory map (UEFI 7.2). */
struct boot_efi_entry {
	uint32_t type;
	uint64_t base;	/* physical, bytes */
	uint64_t pages; /* of 4 KiB */
	uint64_t attribute;
};

/*
 * Read the information at `base`, of which at most `max_size` bytes may be read, into `info`.
 * Returns 0, or -1 when there is nothing usable at all; `info` is filled with safe values then
 * too. What is wrong is told through `tell`. The information must stay where it is for as long
 * as `info` is used.
 */
int multiboot2_parse(const void *base, size_t max_size, struct boot_info *info, tell_fn tell,
		     void *ctx);

/* Whether a usable tag of this type was there. */
static inline bool boot_has(const struct boot_info *info, enum mb2_tag type)
{
	return (info->present >> type) & 1;
}

/* Read entry `i` of a table; false when there is none of that number. */
bool boot_mmap_entry(const struct boot_info *info, uint32_t i, struct boot_mmap_entry *entry);
bool boot_elf_section(const struct boot_info *info, uint32_t i, struct boot_elf_section *section);
bool boot_efi_entry(const struct boot_info *info, uint32_t i, struct boot_efi_entry *entry);
