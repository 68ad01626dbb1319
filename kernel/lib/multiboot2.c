/*
 * Parser of the multiboot2 information: see multiboot2.h. One loop finds the tags and checks their
 * sizes against the table `kinds`; then one small function for each type reads its fields.
 */
#include "lib/multiboot2.h"

/* Of a tag: type and size, 32 bits each; the information's own header is as large. */
#define TAG_HEADER_SIZE 8
#define TAG_ALIGN	8

#define MMAP_ENTRY_SIZE	 24
#define ELF64_SHDR_SIZE	 64
#define EFI_ENTRY_SIZE	 40
#define FRAMEBUFFER_SIZE 32 /* without the description of the colours */
#define RGB_SIZE	 6

/* One tag that lies inside the information and is as large as its type demands. */
struct tag {
	uint32_t type;
	uint32_t size;	    /* bytes, header included */
	struct bytes bytes; /* these */
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
	const char *string = bytes_string(&tag->bytes, offset);

	if (string)
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
	table->bytes = bytes_from(&tag->bytes, offset);
	table->entry_size = entry_size;
	table->count = bytes / entry_size;
	return true;
}

/* MB2 3.6.6 */
static bool parse_module(const struct parser *p, const struct tag *tag)
{
	struct boot_info *info = p->info;
	uint32_t start = bytes_u32(&tag->bytes, 8);
	uint32_t end = bytes_u32(&tag->bytes, 12);

	if (start >= end) {
		p->tell(p->ctx, "multiboot2: module from 0x%x to 0x%x is empty, ignored", start,
			end);
		return false;
	}
	if (info->n_modules >= BOOT_MODULES_MAX) {
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
	struct bytes rgb = bytes_from(&tag->bytes, FRAMEBUFFER_SIZE);
	uint8_t type = bytes_u8(&tag->bytes, 29);

	if (type > FRAMEBUFFER_TEXT ||
	    (type == FRAMEBUFFER_RGB && tag->size < FRAMEBUFFER_SIZE + RGB_SIZE)) {
		p->tell(p->ctx, "multiboot2: framebuffer of type %u in %u bytes, ignored", type,
			tag->size);
		return false;
	}
	fb->addr = PADDR(bytes_u64(&tag->bytes, 8));
	fb->pitch = bytes_u32(&tag->bytes, 16);
	fb->width = bytes_u32(&tag->bytes, 20);
	fb->height = bytes_u32(&tag->bytes, 24);
	fb->bpp = bytes_u8(&tag->bytes, 28);
	fb->type = type;
	if (type == FRAMEBUFFER_RGB) {
		fb->red_pos = bytes_u8(&rgb, 0);
		fb->red_bits = bytes_u8(&rgb, 1);
		fb->green_pos = bytes_u8(&rgb, 2);
		fb->green_bits = bytes_u8(&rgb, 3);
		fb->blue_pos = bytes_u8(&rgb, 4);
		fb->blue_bits = bytes_u8(&rgb, 5);
	}
	return true;
}

/* MB2 3.6.7: number, size of a header, index of the section of names, headers. */
static bool parse_elf_sections(const struct parser *p, const struct tag *tag)
{
	struct boot_table *table = &p->info->elf_sections;
	uint32_t num = bytes_u32(&tag->bytes, 8);
	uint32_t shndx = bytes_u32(&tag->bytes, 16);

	if (!tag_table(p, tag, 20, bytes_u32(&tag->bytes, 12), ELF64_SHDR_SIZE, table))
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
static void parse_apm(struct boot_apm *apm, const struct bytes *tag)
{
	apm->version = bytes_u16(tag, 8);
	apm->cseg = bytes_u16(tag, 10);
	apm->offset = bytes_u32(tag, 12);
	apm->cseg_16 = bytes_u16(tag, 16);
	apm->dseg = bytes_u16(tag, 18);
	apm->flags = bytes_u16(tag, 20);
	apm->cseg_len = bytes_u16(tag, 22);
	apm->cseg_16_len = bytes_u16(tag, 24);
	apm->dseg_len = bytes_u16(tag, 26);
}

/* MB2 3.6.9, 3.6.4, 3.6.5, 3.6.17, 3.6.14: what a BIOS tells. */
static void parse_bios_tag(struct boot_info *info, const struct tag *tag)
{
	switch (tag->type) {
	case MB2_TAG_MEMINFO:
		info->mem_lower_kib = bytes_u32(&tag->bytes, 8);
		info->mem_upper_kib = bytes_u32(&tag->bytes, 12);
		break;
	case MB2_TAG_BIOS_DEVICE:
		info->bios_device = bytes_u32(&tag->bytes, 8);
		info->bios_partition = bytes_u32(&tag->bytes, 12);
		info->bios_subpartition = bytes_u32(&tag->bytes, 16);
		break;
	case MB2_TAG_VBE:
		info->vbe_mode = bytes_u16(&tag->bytes, 8);
		info->vbe_control = bytes_part(&tag->bytes, 16, VBE_CONTROL_SIZE);
		info->vbe_mode_info =
			bytes_part(&tag->bytes, 16 + VBE_CONTROL_SIZE, VBE_MODE_INFO_SIZE);
		break;
	case MB2_TAG_APM:
		parse_apm(&info->apm, &tag->bytes);
		break;
	case MB2_TAG_NETWORK:
		info->network = bytes_from(&tag->bytes, TAG_HEADER_SIZE);
		break;
	default: /* MB2_TAG_SMBIOS */
		info->smbios_major = bytes_u8(&tag->bytes, 8);
		info->smbios_minor = bytes_u8(&tag->bytes, 9);
		info->smbios = bytes_from(&tag->bytes, 16);
		break;
	}
}

/* MB2 3.6.15 to 3.6.22: what firmware of our time tells. */
static void parse_firmware_tag(struct boot_info *info, const struct tag *tag)
{
	struct bytes body = bytes_from(&tag->bytes, TAG_HEADER_SIZE);

	switch (tag->type) {
	case MB2_TAG_ACPI_OLD:
		bytes_copy(info->rsdp_old, &body, RSDP_OLD_SIZE);
		break;
	case MB2_TAG_ACPI_NEW:
		bytes_copy(info->rsdp_new, &body, RSDP_NEW_SIZE);
		break;
	case MB2_TAG_EFI32:
		info->efi_table = PADDR(bytes_u32(&body, 0));
		break;
	case MB2_TAG_EFI64:
		info->efi_table = PADDR(bytes_u64(&body, 0));
		break;
	case MB2_TAG_EFI32_HANDLE:
		info->efi_handle = PADDR(bytes_u32(&body, 0));
		break;
	case MB2_TAG_EFI64_HANDLE:
		info->efi_handle = PADDR(bytes_u64(&body, 0));
		break;
	case MB2_TAG_LOAD_BASE:
		info->load_base = PADDR(bytes_u32(&body, 0));
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
		return tag_table(p, tag, 16, bytes_u32(&tag->bytes, 8), MMAP_ENTRY_SIZE,
				 &info->mmap);
	case MB2_TAG_FRAMEBUFFER:
		return parse_framebuffer(p, tag);
	case MB2_TAG_ELF_SECTIONS:
		return parse_elf_sections(p, tag);
	case MB2_TAG_EFI_MMAP:
		return tag_table(p, tag, 16, bytes_u32(&tag->bytes, 8), EFI_ENTRY_SIZE,
				 &info->efi_mmap);
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

/* Whether the size of a tag of known type fits its type, and it is the first of its type. */
static bool check_tag(const struct parser *p, const struct tag *tag)
{
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

/* Check one tag and read it. */
static void take_tag(const struct parser *p, const struct tag *tag)
{
	if (tag->type >= MB2_TAG_COUNT) {
		p->tell(p->ctx, "multiboot2: unknown tag %u of %u bytes, ignored", tag->type,
			tag->size);
		return;
	}
	if (check_tag(p, tag) && parse_tag(p, tag))
		p->info->present |= 1U << tag->type;
}

/* Visit the tags in the information. */
static void parse_tags(const struct parser *p, const struct bytes *all)
{
	uint64_t at = TAG_HEADER_SIZE;

	/*@ loop invariant p->info->n_modules <= BOOT_MODULES_MAX; */
	while (at + TAG_HEADER_SIZE <= bytes_size(all)) {
		struct bytes left = bytes_from(all, (uint32_t)at);
		struct tag tag = {.type = bytes_u32(&left, 0), .size = bytes_u32(&left, 4)};

		if (tag.size < TAG_HEADER_SIZE || tag.size > bytes_size(&left)) {
			p->tell(p->ctx, "multiboot2: tag %u at offset %u has %u bytes, stopped",
				tag.type, (uint32_t)at, tag.size);
			return;
		}
		if (tag.type == MB2_TAG_END)
			return;
		tag.bytes = bytes_part(&left, 0, tag.size);
		take_tag(p, &tag);
		at += ALIGN_UP((uint64_t)tag.size, TAG_ALIGN);
	}
	p->tell(p->ctx, "multiboot2: no end tag in %u bytes", bytes_size(all));
}

/* What is known before the first tag: all parts are empty ones of the information. */
static struct boot_info no_info(const struct bytes *all)
{
	struct bytes none = bytes_part(all, 0, 0);

	return (struct boot_info){
		.cmdline = "",
		.loader = "",
		.mmap.bytes = none,
		.elf_sections.bytes = none,
		.efi_mmap.bytes = none,
		.vbe_control = none,
		.vbe_mode_info = none,
		.network = none,
		.smbios = none,
	};
}

int multiboot2_parse(const void *base, size_t max_size, struct boot_info *info, tell_fn tell,
		     void *ctx)
{
	struct parser parser = {.info = info, .tell = tell, .ctx = ctx};
	struct bytes all = bytes_of(base, (uint32_t)MIN(max_size, (size_t)UINT32_MAX));
	uint32_t total = bytes_has(&all, 0, TAG_HEADER_SIZE) ? bytes_u32(&all, 0) : 0;

	*info = no_info(&all);
	if (total < 2 * TAG_HEADER_SIZE) {
		tell(ctx, "multiboot2: information of %u bytes is no information", total);
		return -1;
	}
	if (total > bytes_size(&all))
		tell(ctx, "multiboot2: information of %u bytes, only %u read", total,
		     bytes_size(&all));
	all = bytes_part(&all, 0, total);
	info->size = bytes_size(&all);
	parse_tags(&parser, &all);
	return 0;
}

/* The bytes of entry `i`; false when there is none. */
static bool table_entry(const struct boot_table *table, uint32_t i, struct bytes *entry)
{
	if (i >= table->count)
		return false;
	*entry = bytes_part(&table->bytes, i * table->entry_size, table->entry_size);
	return true;
}

bool boot_mmap_entry(const struct boot_info *info, uint32_t i, struct boot_mmap_entry *entry)
{
	struct bytes at;

	if (!table_entry(&info->mmap, i, &at))
		return false;
	entry->base = bytes_u64(&at, 0);
	entry->length = bytes_u64(&at, 8);
	entry->type = bytes_u32(&at, 16);
	return true;
}

bool boot_elf_section(const struct boot_info *info, uint32_t i, struct boot_elf_section *section)
{
	struct bytes at;

	if (!table_entry(&info->elf_sections, i, &at))
		return false;
	section->name = bytes_u32(&at, 0);
	section->type = bytes_u32(&at, 4);
	section->addr = bytes_u64(&at, 16);
	section->size = bytes_u64(&at, 32);
	section->link = bytes_u32(&at, 40);
	section->entsize = bytes_u64(&at, 56);
	return true;
}

bool boot_efi_entry(const struct boot_info *info, uint32_t i, struct boot_efi_entry *entry)
{
	struct bytes at;

	if (!table_entry(&info->efi_mmap, i, &at))
		return false;
	entry->type = bytes_u32(&at, 0);
	entry->base = bytes_u64(&at, 8);
	entry->pages = bytes_u64(&at, 24);
	entry->attribute = bytes_u64(&at, 32);
	return true;
}
