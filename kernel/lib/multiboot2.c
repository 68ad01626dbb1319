/*
 * Parser of the multiboot2 information: see multiboot2.h. One loop finds the tags and checks their
 * sizes against the table `kinds`; then one small function for each type reads its fields.
 */
#include "lib/multiboot2.h"

#include "lib/bytes.h"
#include "lib/string.h"

#define TAG_HEADER_SIZE                                                          \
	8 /* type, size: 32 bits each; also the size of the information's header \
	   */
#define TAG_ALIGN 8

#define MMAP_ENTRY_SIZE	 24
#define ELF64_SHDR_SIZE	 64
#define EFI_ENTRY_SIZE	 40
#define FRAMEBUFFER_SIZE 32 /* without the description of the colours */
#define RGB_SIZE	 6

/* One tag that lies inside the information and is as large as its type demands. */
struct tag {
	uint32_t type;
	uint32_t size; /* bytes, header included */
	const uint8_t *at;
};

struct parser {
	struct boot_info *info;
	tell_fn tell;
	void *ctx;
};

/* What a tag of each type must measure, header included. */
static const struct {
	const char *name;
	uint16_t size; /* bytes, at least */
	bool fixed;    /* exactly */
	bool repeats;  /* may come more than once */
} kinds[MB2_TAG_COUNT] = {
	[MB2_TAG_END] = {"end", 8, true, false},
	[MB2_TAG_CMDLINE] = {"command line", 9, false, false},
	[MB2_TAG_LOADER] = {"loader name", 9, false, false},
	[MB2_TAG_MODULE] = {"module", 17, false, true},
	[MB2_TAG_MEMINFO] = {"basic memory", 16, true, false},
	[MB2_TAG_BIOS_DEVICE] = {"BIOS device", 20, true, false},
	[MB2_TAG_MMAP] = {"memory map", 16, false, false},
	[MB2_TAG_VBE] = {"VBE", 16 + VBE_CONTROL_SIZE + VBE_MODE_INFO_SIZE, true, false},
	[MB2_TAG_FRAMEBUFFER] = {"framebuffer", FRAMEBUFFER_SIZE, false, false},
	[MB2_TAG_ELF_SECTIONS] = {"ELF sections", 20, false, false},
	[MB2_TAG_APM] = {"APM", 28, true, false},
	[MB2_TAG_EFI32] = {"EFI 32-bit table", 12, true, false},
	[MB2_TAG_EFI64] = {"EFI 64-bit table", 16, true, false},
	[MB2_TAG_SMBIOS] = {"SMBIOS", 16, false, false},
	[MB2_TAG_ACPI_OLD] = {"old RSDP", TAG_HEADER_SIZE + RSDP_OLD_SIZE, true, false},
	[MB2_TAG_ACPI_NEW] = {"new RSDP", TAG_HEADER_SIZE + RSDP_NEW_SIZE, true, false},
	[MB2_TAG_NETWORK] = {"network", 8, false, true},
	[MB2_TAG_EFI_MMAP] = {"EFI memory map", 16, false, false},
	[MB2_TAG_EFI_BS] = {"EFI boot services", 8, true, false},
	[MB2_TAG_EFI32_HANDLE] = {"EFI 32-bit handle", 12, true, false},
	[MB2_TAG_EFI64_HANDLE] = {"EFI 64-bit handle", 16, true, false},
	[MB2_TAG_LOAD_BASE] = {"load base", 12, true, false},
};

/* The string from `offset` to the end of the tag, or "" (told) when its terminator is missing. */
static const char *tag_string(const struct parser *p, const struct tag *tag, uint32_t offset)
{
	const char *string = (const char *)tag->at + offset;
	size_t max = tag->size - offset;

	if (strnlen(string, max) < max)
		return string;
	p->tell(p->ctx, "multiboot2: %s: string without an end, ignored", kinds[tag->type].name);
	return "";
}

/*
 * A table of entries of `entry_size` bytes, at least `min_size`, from `offset` to the end of the
 * tag; false (told) when they are too small.
 */
static bool tag_table(const struct parser *p, const struct tag *tag, uint32_t offset,
		      uint32_t entry_size, uint32_t min_size, struct boot_table *table)
{
	const char *name = kinds[tag->type].name;
	uint32_t bytes = tag->size - offset;

	if (entry_size < min_size) {
		p->tell(p->ctx, "multiboot2: %s: entries of %u bytes, ignored", name, entry_size);
		return false;
	}
	if (bytes % entry_size != 0)
		p->tell(p->ctx, "multiboot2: %s: %u bytes after the last entry", name,
			bytes % entry_size);
	table->base = tag->at + offset;
	table->entry_size = entry_size;
	table->count = bytes / entry_size;
	return true;
}

/* MB2 3.6.6 */
static bool parse_module(const struct parser *p, const struct tag *tag)
{
	struct boot_info *info = p->info;
	uint32_t start = get_u32(tag->at + 8);
	uint32_t end = get_u32(tag->at + 12);

	if (start >= end) {
		p->tell(p->ctx, "multiboot2: module from 0x%x to 0x%x is empty, ignored", start,
			end);
		return false;
	}
	if (info->n_modules == BOOT_MODULES_MAX) {
		p->tell(p->ctx, "multiboot2: more than %d modules, the one at 0x%x is ignored",
			BOOT_MODULES_MAX, start);
		return true;
	}
	info->modules[info->n_modules++] = (struct boot_module){
		.start = PADDR(start),
		.end = PADDR(end),
		.cmdline = tag_string(p, tag, 16),
	};
	return true;
}

/* MB2 3.6.12; the description of the colours follows two reserved bytes. */
static bool parse_framebuffer(const struct parser *p, const struct tag *tag)
{
	struct boot_framebuffer *fb = &p->info->framebuffer;
	const uint8_t *rgb = tag->at + FRAMEBUFFER_SIZE;
	uint8_t type = tag->at[29];

	if (type > FRAMEBUFFER_TEXT ||
	    (type == FRAMEBUFFER_RGB && tag->size < FRAMEBUFFER_SIZE + RGB_SIZE)) {
		p->tell(p->ctx, "multiboot2: framebuffer of type %u in %u bytes, ignored", type,
			tag->size);
		return false;
	}
	fb->addr = PADDR(get_u64(tag->at + 8));
	fb->pitch = get_u32(tag->at + 16);
	fb->width = get_u32(tag->at + 20);
	fb->height = get_u32(tag->at + 24);
	fb->bpp = tag->at[28];
	fb->type = type;
	if (type == FRAMEBUFFER_RGB) {
		fb->red_pos = rgb[0];
		fb->red_bits = rgb[1];
		fb->green_pos = rgb[2];
		fb->green_bits = rgb[3];
		fb->blue_pos = rgb[4];
		fb->blue_bits = rgb[5];
	}
	return true;
}

/* MB2 3.6.7: number, size of a header, index of the section of names, headers. */
static bool parse_elf_sections(const struct parser *p, const struct tag *tag)
{
	struct boot_table *table = &p->info->elf_sections;
	uint32_t num = get_u32(tag->at + 8);
	uint32_t shndx = get_u32(tag->at + 16);

	if (!tag_table(p, tag, 20, get_u32(tag->at + 12), ELF64_SHDR_SIZE, table))
		return false;
	if (num > table->count)
		p->tell(p->ctx, "multiboot2: ELF sections: %u promised, %u there", num,
			table->count);
	table->count = MIN(num, table->count);
	if (shndx < table->count)
		p->info->elf_shndx = shndx;
	else
		p->tell(p->ctx, "multiboot2: ELF sections: no section %u for the names", shndx);
	return true;
}

/* MB2 3.6.11 */
static void parse_apm(struct boot_apm *apm, const uint8_t *at)
{
	apm->version = get_u16(at + 8);
	apm->cseg = get_u16(at + 10);
	apm->offset = get_u32(at + 12);
	apm->cseg_16 = get_u16(at + 16);
	apm->dseg = get_u16(at + 18);
	apm->flags = get_u16(at + 20);
	apm->cseg_len = get_u16(at + 22);
	apm->cseg_16_len = get_u16(at + 24);
	apm->dseg_len = get_u16(at + 26);
}

/* MB2 3.6.9, 3.6.4, 3.6.5, 3.6.17, 3.6.14: what a BIOS tells. */
static void parse_bios_tag(struct boot_info *info, const struct tag *tag)
{
	switch (tag->type) {
	case MB2_TAG_MEMINFO:
		info->mem_lower_kib = get_u32(tag->at + 8);
		info->mem_upper_kib = get_u32(tag->at + 12);
		break;
	case MB2_TAG_BIOS_DEVICE:
		info->bios_device = get_u32(tag->at + 8);
		info->bios_partition = get_u32(tag->at + 12);
		info->bios_subpartition = get_u32(tag->at + 16);
		break;
	case MB2_TAG_VBE:
		info->vbe_mode = get_u16(tag->at + 8);
		info->vbe_control = tag->at + 16;
		info->vbe_mode_info = tag->at + 16 + VBE_CONTROL_SIZE;
		break;
	case MB2_TAG_APM:
		parse_apm(&info->apm, tag->at);
		break;
	case MB2_TAG_NETWORK:
		info->network = tag->at + TAG_HEADER_SIZE;
		info->network_size = tag->size - TAG_HEADER_SIZE;
		break;
	default: /* MB2_TAG_SMBIOS */
		info->smbios_major = tag->at[8];
		info->smbios_minor = tag->at[9];
		info->smbios = tag->at + 16;
		info->smbios_size = tag->size - 16;
		break;
	}
}

/* MB2 3.6.15 to 3.6.22: what firmware of our time tells. */
static void parse_firmware_tag(struct boot_info *info, const struct tag *tag)
{
	switch (tag->type) {
	case MB2_TAG_ACPI_OLD:
		memcpy(info->rsdp_old, tag->at + TAG_HEADER_SIZE, RSDP_OLD_SIZE);
		break;
	case MB2_TAG_ACPI_NEW:
		memcpy(info->rsdp_new, tag->at + TAG_HEADER_SIZE, RSDP_NEW_SIZE);
		break;
	case MB2_TAG_EFI32:
		info->efi_table = PADDR(get_u32(tag->at + 8));
		break;
	case MB2_TAG_EFI64:
		info->efi_table = PADDR(get_u64(tag->at + 8));
		break;
	case MB2_TAG_EFI32_HANDLE:
		info->efi_handle = PADDR(get_u32(tag->at + 8));
		break;
	case MB2_TAG_EFI64_HANDLE:
		info->efi_handle = PADDR(get_u64(tag->at + 8));
		break;
	case MB2_TAG_LOAD_BASE:
		info->load_base = PADDR(get_u32(tag->at + 8));
		break;
	default: /* MB2_TAG_EFI_BS says all by being there */
		break;
	}
}

/* Read one tag of known type and sufficient size; false (told) when it cannot be used. */
static bool parse_tag(const struct parser *p, const struct tag *tag)
{
	struct boot_info *info = p->info;

	switch (tag->type) {
	case MB2_TAG_CMDLINE:
		info->cmdline = tag_string(p, tag, TAG_HEADER_SIZE);
		return true;
	case MB2_TAG_LOADER:
		info->loader = tag_string(p, tag, TAG_HEADER_SIZE);
		return true;
	case MB2_TAG_MODULE:
		return parse_module(p, tag);
	case MB2_TAG_MMAP:
		return tag_table(p, tag, 16, get_u32(tag->at + 8), MMAP_ENTRY_SIZE, &info->mmap);
	case MB2_TAG_FRAMEBUFFER:
		return parse_framebuffer(p, tag);
	case MB2_TAG_ELF_SECTIONS:
		return parse_elf_sections(p, tag);
	case MB2_TAG_EFI_MMAP:
		return tag_table(p, tag, 16, get_u32(tag->at + 8), EFI_ENTRY_SIZE, &info->efi_mmap);
	case MB2_TAG_MEMINFO:
	case MB2_TAG_BIOS_DEVICE:
	case MB2_TAG_VBE:
	case MB2_TAG_APM:
	case MB2_TAG_NETWORK:
	case MB2_TAG_SMBIOS:
		parse_bios_tag(info, tag);
		return true;
	default:
		parse_firmware_tag(info, tag);
		return true;
	}
}

/* Whether the tag's type is known, its size fits its type, and it is the first of its type. */
static bool check_tag(const struct parser *p, const struct tag *tag)
{
	if (tag->type >= MB2_TAG_COUNT) {
		p->tell(p->ctx, "multiboot2: unknown tag %u of %u bytes, ignored", tag->type,
			tag->size);
		return false;
	}
	if (tag->size < kinds[tag->type].size) {
		p->tell(p->ctx, "multiboot2: %s: only %u bytes, ignored", kinds[tag->type].name,
			tag->size);
		return false;
	}
	if (tag->size > kinds[tag->type].size && kinds[tag->type].fixed)
		p->tell(p->ctx, "multiboot2: %s: %u bytes instead of %u", kinds[tag->type].name,
			tag->size, kinds[tag->type].size);
	if (boot_has(p->info, tag->type) && !kinds[tag->type].repeats) {
		p->tell(p->ctx, "multiboot2: %s: a second tag, ignored", kinds[tag->type].name);
		return false;
	}
	return true;
}

/* Visit the tags in the `total` bytes of the information. */
static void parse_tags(const struct parser *p, const uint8_t *base, size_t total)
{
	size_t at = TAG_HEADER_SIZE;

	while (at <= total && total - at >= TAG_HEADER_SIZE) {
		struct tag tag = {get_u32(base + at), get_u32(base + at + 4), base + at};

		if (tag.size < TAG_HEADER_SIZE || tag.size > total - at) {
			p->tell(p->ctx, "multiboot2: tag %u at offset %zu has %u bytes, stopped",
				tag.type, at, tag.size);
			return;
		}
		if (tag.type == MB2_TAG_END)
			return;
		if (check_tag(p, &tag) && parse_tag(p, &tag))
			p->info->present |= 1U << tag.type;
		at += ALIGN_UP((size_t)tag.size, TAG_ALIGN);
	}
	p->tell(p->ctx, "multiboot2: no end tag in %zu bytes", total);
}

int multiboot2_parse(const void *base, size_t max_size, struct boot_info *info, tell_fn tell,
		     void *ctx)
{
	struct parser parser = {.info = info, .tell = tell, .ctx = ctx};
	uint32_t total = max_size < TAG_HEADER_SIZE ? 0 : get_u32(base);

	*info = (struct boot_info){.cmdline = "", .loader = ""};
	if (total < 2 * TAG_HEADER_SIZE) {
		tell(ctx, "multiboot2: information of %u bytes is no information", total);
		return -1;
	}
	if (total > max_size) {
		tell(ctx, "multiboot2: information of %u bytes, only %zu read", total, max_size);
		total = (uint32_t)max_size;
	}
	info->size = total;
	parse_tags(&parser, base, total);
	return 0;
}

/* The bytes of entry `i`, or NULL when there is none. */
static const uint8_t *table_entry(const struct boot_table *table, uint32_t i)
{
	return i < table->count ? table->base + (size_t)i * table->entry_size : NULL;
}

bool boot_mmap_entry(const struct boot_info *info, uint32_t i, struct boot_mmap_entry *entry)
{
	const uint8_t *at = table_entry(&info->mmap, i);

	if (at == NULL)
		return false;
	entry->base = get_u64(at);
	entry->length = get_u64(at + 8);
	entry->type = get_u32(at + 16);
	return true;
}

bool boot_elf_section(const struct boot_info *info, uint32_t i, struct boot_elf_section *section)
{
	const uint8_t *at = table_entry(&info->elf_sections, i);

	if (at == NULL)
		return false;
	section->name = get_u32(at);
	section->type = get_u32(at + 4);
	section->addr = get_u64(at + 16);
	section->size = get_u64(at + 32);
	section->link = get_u32(at + 40);
	section->entsize = get_u64(at + 56);
	return true;
}

bool boot_efi_entry(const struct boot_info *info, uint32_t i, struct boot_efi_entry *entry)
{
	const uint8_t *at = table_entry(&info->efi_mmap, i);

	if (at == NULL)
		return false;
	entry->type = get_u32(at);
	entry->base = get_u64(at + 8);
	entry->pages = get_u64(at + 24);
	entry->attribute = get_u64(at + 32);
	return true;
}
