// sources: kernel/lib/multiboot2.c kernel/lib/fmt.c tests/host/told.c
/* The multiboot2 information: each tag as it should be, and as it should not. */
#include "host_test.h"

#include "told.h"
#include "walk_boot_info.h"

/* Information under construction. */
static uint8_t bytes[8192];
static uint32_t size;

/* What the last parse() read, in a heap block of just its size. */
static uint8_t *copy;

static void put32(uint32_t offset, uint32_t value)
{
	memcpy(bytes + offset, &value, 4);
}

static void begin(void)
{
	memset(bytes, 0, sizeof(bytes));
	size = 8;
}

/* Append a tag; returns where it is. */
static uint32_t add_tag(uint32_t type, const void *payload, uint32_t n)
{
	uint32_t at = size;

	put32(at, type);
	put32(at + 4, n + 8);
	if (n > 0)
		memcpy(bytes + at + 8, payload, n);
	size = (at + 8 + n + 7) & ~7U;
	return at;
}

/* Parse what there is, of which `max` bytes may be read. */
static int parse(struct boot_info *info, size_t max)
{
	int result;

	put32(0, size);
	free(copy);
	copy = malloc(max);
	memcpy(copy, bytes, max);
	told_reset();
	result = multiboot2_parse(copy, max, info, told, NULL);
	walk_boot_info(info);
	return result;
}

static void assert_bytes(const struct bytes *part, const void *expected, uint32_t n)
{
	assert_int_equal(bytes_size(part), n);
	assert_memory_equal(part->base + part->start, expected, n);
}

/* Append the end tag and parse all. */
static struct boot_info finish(void)
{
	struct boot_info info;

	add_tag(0, NULL, 0);
	assert_int_equal(parse(&info, size), 0);
	assert_int_equal(info.size, size);
	return info;
}

/* The information of a single tag. */
static struct boot_info single(uint32_t type, const void *payload, uint32_t n)
{
	begin();
	add_tag(type, payload, n);
	return finish();
}

static void nothing_in_it(void **state)
{
	struct boot_info info;

	(void)state;
	begin();
	info = finish();
	assert_int_equal(told_count(), 0);
	assert_int_equal(info.present, 0);
	assert_string_equal(info.cmdline, "");
	assert_string_equal(info.loader, "");
}

static void sizes_of_the_whole(void **state)
{
	struct boot_info info;

	(void)state;
	for (size_t max = 0; max < 8; max++) {
		begin();
		add_tag(0, NULL, 0);
		assert_int_equal(parse(&info, max), -1);
		assert_true(told_has("no information"));
	}
	for (size = 0; size < 16; size++)
		assert_int_equal(parse(&info, 64), -1);
	begin();
	add_tag(1, "x", 2);
	add_tag(0, NULL, 0);
	size = 1000;
	assert_int_equal(parse(&info, 32), 0);
	assert_true(told_has("only 32 read"));
	assert_int_equal(told_count(), 1);
	assert_string_equal(info.cmdline, "x");
}

static void strings(void **state)
{
	struct boot_info info;

	(void)state;
	begin();
	add_tag(MB2_TAG_CMDLINE, "quiet x=1", 10);
	add_tag(MB2_TAG_LOADER, "GRUB 2.06", 10);
	info = finish();
	assert_int_equal(told_count(), 0);
	assert_string_equal(info.cmdline, "quiet x=1");
	assert_string_equal(info.loader, "GRUB 2.06");
	info = single(MB2_TAG_CMDLINE, "abc", 3);
	assert_true(told_has("command line: string without an end"));
	assert_string_equal(info.cmdline, "");
	info = single(MB2_TAG_LOADER, "abc\0def", 8); /* ends early: the rest is ignored */
	assert_string_equal(info.loader, "abc");
	assert_int_equal(told_count(), 0);
	info = single(MB2_TAG_LOADER, NULL, 0);
	assert_true(told_has("loader name: only 8 bytes"));
	assert_false(boot_has(&info, MB2_TAG_LOADER));
}

static void add_module(uint32_t start, uint32_t end, const char *cmdline)
{
	uint8_t payload[64];

	memcpy(payload, &start, 4);
	memcpy(payload + 4, &end, 4);
	strcpy((char *)payload + 8, cmdline);
	add_tag(MB2_TAG_MODULE, payload, (uint32_t)strlen(cmdline) + 9);
}

static void modules(void **state)
{
	struct boot_info info;

	(void)state;
	begin();
	add_module(0x100000, 0x100001, "first");
	add_module(0x200000, 0x200000, "empty");
	add_module(0x300000, 0x200000, "backwards");
	for (uint32_t i = 1; i < 10; i++)
		add_module(0x100000 * i, 0x100000 * i + 4096, "");
	info = finish();
	assert_int_equal(info.n_modules, BOOT_MODULES_MAX);
	assert_int_equal(info.modules[0].start.raw, 0x100000);
	assert_int_equal(info.modules[0].end.raw, 0x100001);
	assert_string_equal(info.modules[0].cmdline, "first");
	assert_int_equal(info.modules[7].start.raw, 0x700000);
	assert_true(told_has("module from 0x200000 to 0x200000 is empty"));
	assert_true(told_has("module from 0x300000 to 0x200000 is empty"));
	assert_true(told_has("more than 8 modules, the one at 0x800000"));
	assert_int_equal(told_count(), 4);

	info = single(MB2_TAG_MODULE, "\0\0\1\0\0\0\2\0abc", 11);
	assert_int_equal(info.n_modules, 1);
	assert_string_equal(info.modules[0].cmdline, "");
	assert_true(told_has("module: string without an end"));
}

/* A table tag of type 6 or 17: two fields of 32 bits, then `n` bytes that count up. */
static struct boot_info table_tag(uint32_t type, uint32_t entry_size, uint32_t n)
{
	uint8_t payload[1024];
	uint32_t version = 0;

	memcpy(payload, &entry_size, 4);
	memcpy(payload + 4, &version, 4);
	for (uint32_t i = 0; i < n; i++)
		payload[8 + i] = (uint8_t)(i + 1);
	return single(type, payload, n + 8);
}

static void memory_map(void **state)
{
	struct boot_info info = table_tag(MB2_TAG_MMAP, 24, 48);
	struct boot_mmap_entry entry;

	(void)state;
	assert_int_equal(told_count(), 0);
	assert_true(boot_mmap_entry(&info, 0, &entry));
	assert_int_equal(entry.base, 0x0807060504030201);
	assert_int_equal(entry.length, 0x100f0e0d0c0b0a09);
	assert_int_equal(entry.type, 0x14131211);
	assert_true(boot_mmap_entry(&info, 1, &entry));
	assert_int_equal(entry.base, 0x201f1e1d1c1b1a19);
	assert_false(boot_mmap_entry(&info, 2, &entry));
	assert_false(boot_mmap_entry(&info, UINT32_MAX, &entry));

	info = table_tag(MB2_TAG_MMAP, 32, 96); /* larger entries of a later version */
	assert_true(boot_mmap_entry(&info, 1, &entry));
	assert_int_equal(entry.base, 0x2827262524232221);
	assert_int_equal(info.mmap.count, 3);

	info = table_tag(MB2_TAG_MMAP, 24, 47);
	assert_true(told_has("memory map: 23 bytes after the last entry"));
	assert_int_equal(info.mmap.count, 1);

	info = table_tag(MB2_TAG_MMAP, 24, 0);
	assert_true(boot_has(&info, MB2_TAG_MMAP));
	assert_false(boot_mmap_entry(&info, 0, &entry));

	for (uint32_t entry_size = 0; entry_size < 24; entry_size++) {
		info = table_tag(MB2_TAG_MMAP, entry_size, 48);
		assert_true(told_has("entries of"));
		assert_false(boot_has(&info, MB2_TAG_MMAP));
		assert_false(boot_mmap_entry(&info, 0, &entry));
	}
	info = table_tag(MB2_TAG_MMAP, UINT32_MAX, 48);
	assert_false(boot_mmap_entry(&info, 0, &entry));
}

static void efi_memory_map(void **state)
{
	struct boot_info info = table_tag(MB2_TAG_EFI_MMAP, 48, 96);
	struct boot_efi_entry entry;

	(void)state;
	assert_int_equal(told_count(), 0);
	assert_true(boot_efi_entry(&info, 0, &entry));
	assert_int_equal(entry.type, 0x04030201);
	assert_int_equal(entry.base, 0x100f0e0d0c0b0a09);
	assert_int_equal(entry.pages, 0x201f1e1d1c1b1a19);
	assert_int_equal(entry.attribute, 0x2827262524232221);
	assert_true(boot_efi_entry(&info, 1, &entry));
	assert_false(boot_efi_entry(&info, 2, &entry));
	info = table_tag(MB2_TAG_EFI_MMAP, 39, 96);
	assert_false(boot_efi_entry(&info, 0, &entry));
}

static struct boot_info elf_tag(uint32_t num, uint32_t entsize, uint32_t shndx, uint32_t n)
{
	uint8_t payload[1024];

	memcpy(payload, &num, 4);
	memcpy(payload + 4, &entsize, 4);
	memcpy(payload + 8, &shndx, 4);
	for (uint32_t i = 0; i < n; i++)
		payload[12 + i] = (uint8_t)i;
	return single(MB2_TAG_ELF_SECTIONS, payload, n + 12);
}

static void elf_sections(void **state)
{
	struct boot_info info = elf_tag(3, 64, 2, 192);
	struct boot_elf_section section;

	(void)state;
	assert_int_equal(told_count(), 0);
	assert_int_equal(info.elf_shndx, 2);
	assert_true(boot_elf_section(&info, 0, &section));
	assert_int_equal(section.name, 0x03020100);
	assert_int_equal(section.type, 0x07060504);
	assert_int_equal(section.addr, 0x1716151413121110);
	assert_int_equal(section.size, 0x2726252423222120);
	assert_int_equal(section.link, 0x2b2a2928);
	assert_int_equal(section.entsize, 0x3f3e3d3c3b3a3938);
	assert_true(boot_elf_section(&info, 2, &section));
	assert_false(boot_elf_section(&info, 3, &section));

	info = elf_tag(4, 64, 3, 192);
	assert_true(told_has("4 promised, 3 there"));
	assert_true(told_has("no section 3 for the names"));
	assert_int_equal(info.elf_shndx, 0);
	assert_false(boot_elf_section(&info, 3, &section));
	info = elf_tag(2, 64, 1, 192);
	assert_false(boot_elf_section(&info, 2, &section));
	info = elf_tag(3, 40, 2, 192); /* ELF-32 */
	assert_true(told_has("entries of 40 bytes"));
	assert_false(boot_elf_section(&info, 0, &section));
	info = elf_tag(0xffffffff, 0x10000040, 0, 192);
	assert_false(boot_elf_section(&info, 0, &section));
}

static void framebuffer(void **state)
{
	uint8_t payload[32] = {
		0x00, 0x00, 0x00, 0xe0, 0xf8, 0, 0, 0, /* address */
		0x00, 0x14, 0,	  0,		       /* pitch */
		0x00, 0x05, 0,	  0,		       /* width */
		0x20, 0x03, 0,	  0,		       /* height */
		32,   1,    0,	  0,		       /* bpp, type */
		16,   8,    8,	  7,	0,    6,
	};
	struct boot_info info = single(MB2_TAG_FRAMEBUFFER, payload, 30);
	const struct boot_framebuffer *fb = &info.framebuffer;

	(void)state;
	assert_int_equal(told_count(), 0);
	assert_int_equal(fb->addr.raw, 0xf8e0000000);
	assert_int_equal(fb->pitch, 5120);
	assert_int_equal(fb->width, 1280);
	assert_int_equal(fb->height, 800);
	assert_int_equal(fb->bpp, 32);
	assert_int_equal(fb->type, FRAMEBUFFER_RGB);
	assert_int_equal(fb->red_pos, 16);
	assert_int_equal(fb->red_bits, 8);
	assert_int_equal(fb->green_pos, 8);
	assert_int_equal(fb->green_bits, 7);
	assert_int_equal(fb->blue_pos, 0);
	assert_int_equal(fb->blue_bits, 6);

	info = single(MB2_TAG_FRAMEBUFFER, payload, 29); /* no room for the colours */
	assert_false(boot_has(&info, MB2_TAG_FRAMEBUFFER));
	assert_int_equal(fb->addr.raw, 0);
	payload[21] = FRAMEBUFFER_TEXT;
	info = single(MB2_TAG_FRAMEBUFFER, payload, 24);
	assert_true(boot_has(&info, MB2_TAG_FRAMEBUFFER));
	assert_int_equal(fb->type, FRAMEBUFFER_TEXT);
	assert_int_equal(fb->red_pos, 0);
	payload[21] = 3;
	info = single(MB2_TAG_FRAMEBUFFER, payload, 24);
	assert_true(told_has("framebuffer of type 3"));
	assert_false(boot_has(&info, MB2_TAG_FRAMEBUFFER));
}

/* Bytes that count up from 8, so that a field at offset n of the tag reads as n, n+1, ... */
static const uint8_t *counting(void)
{
	static uint8_t payload[1024];

	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i + 8);
	return payload;
}

static void bios_tags(void **state)
{
	struct boot_info info;

	(void)state;
	begin();
	add_tag(MB2_TAG_MEMINFO, counting(), 8);
	add_tag(MB2_TAG_BIOS_DEVICE, counting(), 12);
	add_tag(MB2_TAG_VBE, counting(), 776);
	add_tag(MB2_TAG_APM, counting(), 20);
	add_tag(MB2_TAG_SMBIOS, counting(), 30);
	add_tag(MB2_TAG_NETWORK, counting(), 40);
	info = finish();
	assert_int_equal(told_count(), 0);
	assert_int_equal(info.mem_lower_kib, 0x0b0a0908);
	assert_int_equal(info.mem_upper_kib, 0x0f0e0d0c);
	assert_int_equal(info.bios_device, 0x0b0a0908);
	assert_int_equal(info.bios_partition, 0x0f0e0d0c);
	assert_int_equal(info.bios_subpartition, 0x13121110);
	assert_int_equal(info.vbe_mode, 0x0908);
	assert_bytes(&info.vbe_control, counting() + 8, VBE_CONTROL_SIZE);
	assert_bytes(&info.vbe_mode_info, counting() + 520, VBE_MODE_INFO_SIZE);
	assert_int_equal(info.apm.version, 0x0908);
	assert_int_equal(info.apm.cseg, 0x0b0a);
	assert_int_equal(info.apm.offset, 0x0f0e0d0c);
	assert_int_equal(info.apm.cseg_16, 0x1110);
	assert_int_equal(info.apm.dseg, 0x1312);
	assert_int_equal(info.apm.flags, 0x1514);
	assert_int_equal(info.apm.cseg_len, 0x1716);
	assert_int_equal(info.apm.cseg_16_len, 0x1918);
	assert_int_equal(info.apm.dseg_len, 0x1b1a);
	assert_int_equal(info.smbios_major, 8);
	assert_int_equal(info.smbios_minor, 9);
	assert_bytes(&info.smbios, counting() + 8, 22);
	assert_bytes(&info.network, counting(), 40);
}

static void firmware_tags(void **state)
{
	struct boot_info info;

	(void)state;
	begin();
	add_tag(MB2_TAG_ACPI_OLD, counting(), 20);
	add_tag(MB2_TAG_ACPI_NEW, counting(), 36);
	add_tag(MB2_TAG_EFI64, counting(), 8);
	add_tag(MB2_TAG_EFI64_HANDLE, counting(), 8);
	add_tag(MB2_TAG_EFI_BS, NULL, 0);
	add_tag(MB2_TAG_LOAD_BASE, counting(), 4);
	info = finish();
	assert_int_equal(told_count(), 0);
	assert_memory_equal(info.rsdp_old, counting(), 20);
	assert_memory_equal(info.rsdp_new, counting(), 36);
	assert_int_equal(info.efi_table.raw, 0x0f0e0d0c0b0a0908);
	assert_int_equal(info.efi_handle.raw, 0x0f0e0d0c0b0a0908);
	assert_int_equal(info.load_base.raw, 0x0b0a0908);
	assert_true(boot_has(&info, MB2_TAG_EFI_BS));
	assert_false(boot_has(&info, MB2_TAG_EFI32));
	begin();
	add_tag(MB2_TAG_EFI32, counting(), 4);
	add_tag(MB2_TAG_EFI32_HANDLE, counting(), 4);
	info = finish();
	assert_int_equal(info.efi_table.raw, 0x0b0a0908);
	assert_int_equal(info.efi_handle.raw, 0x0b0a0908);
}

/* Smallest sizes that each type takes, header included; 0: the type's own test looks at it. */
static const uint16_t smallest[MB2_TAG_COUNT] = {0,  9,	 9,  17, 16, 20, 16, 784, 32, 20, 28,
						 12, 16, 16, 28, 44, 8,	 16, 8,	  12, 16, 12};

static void tags_of_wrong_size(void **state)
{
	struct boot_info info;

	(void)state;
	for (uint32_t type = 1; type < MB2_TAG_COUNT; type++) {
		for (uint32_t n = 8; n < smallest[type]; n++) {
			info = single(type, counting(), n - 8);
			assert_true(told_has("bytes, ignored"));
			assert_int_equal(info.present, 0);
		}
	}
	info = single(MB2_TAG_EFI64, counting(), 9);
	assert_true(told_has("EFI 64-bit table: 17 bytes instead of 16"));
	assert_int_equal(info.efi_table.raw, 0x0f0e0d0c0b0a0908);
	info = single(MB2_TAG_ACPI_NEW, counting(), 100);
	assert_true(told_has("new RSDP: 108 bytes instead of 44"));
	assert_memory_equal(info.rsdp_new, counting(), 36);
}

static void second_tags(void **state)
{
	struct boot_info info;

	(void)state;
	begin();
	add_tag(MB2_TAG_CMDLINE, "one", 4);
	add_tag(MB2_TAG_CMDLINE, "two", 4);
	add_tag(MB2_TAG_NETWORK, "abc", 3);
	add_tag(MB2_TAG_NETWORK, "defg", 4);
	info = finish();
	assert_string_equal(info.cmdline, "one");
	assert_true(told_has("command line: a second tag, ignored"));
	assert_int_equal(told_count(), 1);
	assert_bytes(&info.network, "defg", 4);
}

static void unknown_tags(void **state)
{
	struct boot_info info;

	(void)state;
	begin();
	add_tag(22, counting(), 5);
	add_tag(0xffffffff, counting(), 0);
	add_tag(MB2_TAG_CMDLINE, "x", 2);
	info = finish();
	assert_true(told_has("unknown tag 22 of 13 bytes"));
	assert_true(told_has("unknown tag 4294967295 of 8 bytes"));
	assert_string_equal(info.cmdline, "x");
}

static void impossible_sizes_stop(void **state)
{
	static const uint32_t sizes[] = {0, 1, 7, 25, 26, 0x7fffffff, 0xfffffff8, 0xffffffff};
	struct boot_info info;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		begin();
		add_tag(MB2_TAG_CMDLINE, "before", 7);
		put32(add_tag(MB2_TAG_LOADER, "after", 6) + 4, sizes[i]);
		info = finish();
		assert_true(told_has("tag 2 at offset 24 has"));
		assert_int_equal(told_count(), 1);
		assert_string_equal(info.cmdline, "before");
		assert_string_equal(info.loader, "");
	}
}

static void missing_end_is_told(void **state)
{
	struct boot_info info;

	(void)state;
	begin();
	add_tag(MB2_TAG_CMDLINE, "abcdefg", 8);
	assert_int_equal(parse(&info, size), 0);
	assert_true(told_has("no end tag in 24 bytes"));
	assert_string_equal(info.cmdline, "abcdefg");
	size -= 4; /* the last tag's padding, or a part of the last header, is missing */
	assert_int_equal(parse(&info, size), 0);
	assert_int_equal(told_count(), 1);
}

/* Information with one tag of each kind. */
static void begin_full(void)
{
	begin();
	for (uint32_t type = 1; type < MB2_TAG_COUNT; type++)
		add_tag(type, counting(), smallest[type]);
	add_tag(0, NULL, 0);
}

static void every_truncation(void **state)
{
	struct boot_info info;
	uint32_t present;

	(void)state;
	begin_full();
	parse(&info, size);
	present = info.present;
	for (size_t max = 0; max < size; max++) {
		parse(&info, max);
		assert_true(told_count() > 0);
		assert_int_equal(info.present & ~present, 0);
	}
}

static void any_alignment(void **state)
{
	struct boot_info info;

	(void)state;
	begin();
	add_tag(MB2_TAG_EFI64, counting(), 8);
	add_tag(0, NULL, 0);
	put32(0, size);
	for (size_t shift = 1; shift < 8; shift++) {
		uint8_t *block = malloc(size + shift);

		memcpy(block + shift, bytes, size);
		assert_int_equal(multiboot2_parse(block + shift, size, &info, told, NULL), 0);
		assert_int_equal(info.efi_table.raw, 0x0f0e0d0c0b0a0908);
		free(block);
	}
}

static void random_damage(void **state)
{
	uint64_t random = 3;
	struct boot_info info;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		uint32_t full;

		begin_full();
		full = size;
		for (int i = 0; i < 8; i++)
			bytes[8 + test_random(&random) % (full - 8)] =
				(uint8_t)(test_random(&random) % 64);
		parse(&info, full);
	}
	free(copy);
	copy = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_in_it),
		cmocka_unit_test(sizes_of_the_whole),
		cmocka_unit_test(strings),
		cmocka_unit_test(modules),
		cmocka_unit_test(memory_map),
		cmocka_unit_test(efi_memory_map),
		cmocka_unit_test(elf_sections),
		cmocka_unit_test(framebuffer),
		cmocka_unit_test(bios_tags),
		cmocka_unit_test(firmware_tags),
		cmocka_unit_test(tags_of_wrong_size),
		cmocka_unit_test(second_tags),
		cmocka_unit_test(unknown_tags),
		cmocka_unit_test(impossible_sizes_stop),
		cmocka_unit_test(missing_end_is_told),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(any_alignment),
		cmocka_unit_test(random_damage),
	};

	return cmocka_run_group_tests_name("multiboot2", tests, NULL, NULL);
}
