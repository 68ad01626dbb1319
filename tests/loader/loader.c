// The test loader: GRUB boots it in the kernel's place, with the kernel and a script as modules. It
// loads the kernel as GRUB would, but hands over what the script says: tags of its own making,
// tables with bytes changed, other state of the CPU. script.py writes scripts and knows the same
// records.
//
// 32-bit code without paging, at an address (16 MiB) where neither the kernel nor GRUB's own pieces
// go.
#include <stddef.h>
#include <stdint.h>

enum { TAG_END, TAG_CMDLINE, TAG_LOADER, TAG_MODULE, TAG_RSDP_OLD = 14, TAG_RSDP_NEW = 15 };

enum op {
	OP_TAG = 1, // a tag, as it is
	OP_COPY,  // u32 type: all of GRUB's tags of that type; of modules, all but the loader's own
	OP_POKE,  // u32 address, bytes: into memory
	OP_XOR,	  // char name[4], u32 offset, bytes: change that ACPI table, or RSDP in the
		  // information
	OP_MSR,	  // u32 number, u32 0, u64 value
	OP_MAGIC, // u32: what %eax holds for the kernel
	OP_SIZE,  // u32: the information's total size, whatever it is
	OP_XSDT,  // make an XSDT of the RSDT, and an RSDP that names it
};

struct record {
	uint32_t op, size; // of `data`; the next record begins at a multiple of 4
	uint8_t data[];
};

struct tag {
	uint32_t type, size;
	uint8_t data[];
};

struct module_tag {
	uint32_t type, size, start, end;
	char name[];
};

struct acpi_header {
	char name[4];
	uint32_t length;
	uint8_t revision, sum, rest[26];
};

struct rsdp {
	char signature[8];
	uint8_t sum, oem[6], revision;
	uint32_t rsdt, length;
	uint64_t xsdt;
	uint8_t full_sum, reserved[3];
} __attribute__((packed));

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum;
} __attribute__((packed));

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
} __attribute__((packed));

_Noreturn void enter(uint32_t entry, uint32_t magic, uint32_t info);
_Noreturn void load(uint32_t grub_info);

// GRUB's information and the modules are moved here, out of the kernel's way.
static uint8_t grub[1 << 16] __attribute__((aligned(8)));
static uint8_t stage[6 << 20] __attribute__((aligned(4096)));
static uint32_t staged;

// What the kernel is handed.
static uint8_t info[1 << 20] __attribute__((aligned(8)));
static uint32_t used = 8;
static uint32_t magic = 0x36d76289;

static struct {
	struct acpi_header header;
	uint64_t entry[256]; // at a multiple of 4 bytes, as i386 has it
} xsdt;

static const struct record *script, *script_end;
static const uint8_t *kernel;
static uint32_t entry_address;

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);

void *memcpy(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)to)[i] = ((const uint8_t *)from)[i];
	return to;
}

void *memset(void *to, int value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)to)[i] = (uint8_t)value;
	return to;
}

static int same(const char *a, const char *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return 0;
	return 1;
}

// --- what it says, on COM2, where the kernel's log goes ---

#define COM2	 0x2f8
#define PATIENCE 100000

static void out(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" ::"a"(value), "d"(port));
}

static uint8_t in(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "d"(port));
	return value;
}

static void say(const char *text)
{
	for (; *text; text++) {
		for (int i = 0; i < PATIENCE && !(in(COM2 + 5) & 0x20); i++)
			;
		out(COM2, (uint8_t)*text);
	}
}

static void say_hex(uint32_t value)
{
	char text[9] = {0};

	for (int i = 0; i < 8; i++)
		text[i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
	say(text);
}

static void open_com2(void)
{
	out(COM2 + 3, 0x80);
	out(COM2, 1);
	out(COM2 + 1, 0);
	out(COM2 + 3, 3);
}

static _Noreturn void fail(const char *why)
{
	say("loader: failed: ");
	say(why);
	say("\n");
	// Nobody handles what comes now: the machine resets, which ends the run.
	static const struct {
		uint16_t limit;
		uint32_t base;
	} __attribute__((packed)) no_idt;
	__asm__ volatile("lidt %0; int3" ::"m"(no_idt));
	for (;;)
		;
}

static uint32_t crc32(const void *bytes, uint32_t size)
{
	uint32_t crc = ~0u;

	for (uint32_t i = 0; i < size; i++) {
		crc ^= ((const uint8_t *)bytes)[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

// --- what GRUB has left ---

static const struct tag *next_tag(const struct tag *tag)
{
	return (const struct tag *)((const uint8_t *)tag + ((tag->size + 7) & ~7u));
}

static const struct tag *first_tag(void)
{
	return (const struct tag *)(grub + 8);
}

static void take_module(struct module_tag *tag)
{
	uint32_t size = tag->end - tag->start;
	uint8_t *to = stage + staged;

	if (size > sizeof(stage) - staged)
		fail("modules too large");
	memcpy(to, (const void *)tag->start, size);
	staged = (staged + size + 4095) & ~4095u;
	tag->start = (uint32_t)to;
	tag->end = tag->start + size;
	if (same(tag->name, "kernel", 7))
		kernel = to;
	if (same(tag->name, "script", 7)) {
		script = (const struct record *)to;
		script_end = (const struct record *)(to + size);
	}
}

static void take_grub_info(uint32_t address)
{
	uint32_t size = *(const uint32_t *)address;

	if (size > sizeof(grub))
		fail("information too large");
	memcpy(grub, (const void *)address, size);
	for (const struct tag *tag = first_tag(); tag->type != TAG_END; tag = next_tag(tag))
		if (tag->type == TAG_MODULE)
			take_module((struct module_tag *)tag);
	if (!kernel || !script)
		fail("no kernel or no script among the modules");
}

// --- ACPI ---

static struct rsdp *find_rsdp(uint8_t *tags, uint32_t wanted)
{
	const struct tag *tag = (const struct tag *)(tags + 8);

	for (; tag->type != TAG_END; tag = next_tag(tag))
		if (tag->type == wanted)
			return (struct rsdp *)tag->data;
	return NULL;
}

// The last of the tags GRUB made that names a root: the new one where there is one.
static struct rsdp *grub_rsdp(void)
{
	struct rsdp *rsdp = find_rsdp(grub, TAG_RSDP_NEW);

	rsdp = rsdp ? rsdp : find_rsdp(grub, TAG_RSDP_OLD);
	if (!rsdp)
		fail("no RSDP");
	return rsdp;
}

static struct acpi_header *in_list(const struct acpi_header *list, uint32_t width, const char *name)
{
	const uint8_t *entry = (const uint8_t *)(list + 1);

	for (; entry < (const uint8_t *)list + list->length; entry += width) {
		struct acpi_header *table = (struct acpi_header *)*(const uint32_t *)entry;

		if (same(table->name, name, 4))
			return table;
	}
	return NULL;
}

#define FACP_DSDT 40

static struct acpi_header *find_table(const char *name)
{
	const struct rsdp *root = grub_rsdp();
	struct acpi_header *list = (struct acpi_header *)root->rsdt, *found = NULL;

	if (same(name, "XSDT", 4) && xsdt.header.length)
		return &xsdt.header;
	if (root->revision >= 2 && root->xsdt) {
		struct acpi_header *wide = (struct acpi_header *)(uint32_t)root->xsdt;

		if (same(name, "XSDT", 4))
			return wide;
		found = in_list(wide, 8, name);
	}
	if (list && same(name, "RSDT", 4))
		return list;
	if (!found && list)
		found = in_list(list, 4, same(name, "DSDT", 4) ? "FACP" : name);
	if (found && same(name, "DSDT", 4))
		found = (struct acpi_header *)*(const uint32_t *)((const uint8_t *)found +
								  FACP_DSDT);
	return found;
}

static uint8_t sum_to_zero(const void *bytes, uint32_t size)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)bytes)[i]);
	return (uint8_t)-sum;
}

static void append(const void *bytes, uint32_t size);

static void make_xsdt(void)
{
	struct {
		uint32_t type, size;
		struct rsdp rsdp;
	} __attribute__((packed)) tag = {TAG_RSDP_NEW, 8 + sizeof(struct rsdp), *grub_rsdp()};
	const struct acpi_header *rsdt = (const struct acpi_header *)tag.rsdp.rsdt;
	const uint32_t *entry = (const uint32_t *)(rsdt + 1);
	uint32_t count = (rsdt->length - sizeof(*rsdt)) / 4;

	xsdt.header = *rsdt;
	memcpy(xsdt.header.name, "XSDT", 4);
	for (uint32_t i = 0; i < count && i < 256; i++)
		xsdt.entry[i] = entry[i];
	xsdt.header.length = sizeof(xsdt.header) + 8 * count;
	xsdt.header.sum = 0;
	xsdt.header.sum = sum_to_zero(&xsdt, xsdt.header.length);
	tag.rsdp.revision = 2;
	tag.rsdp.length = sizeof(tag.rsdp);
	tag.rsdp.xsdt = (uint32_t)&xsdt;
	tag.rsdp.sum = tag.rsdp.full_sum = 0;
	tag.rsdp.sum = sum_to_zero(&tag.rsdp, 20);
	tag.rsdp.full_sum = sum_to_zero(&tag.rsdp, sizeof(tag.rsdp));
	append(&tag, tag.size);
}

static void xor_bytes(const uint8_t *record, uint32_t size)
{
	const char *name = (const char *)record;
	uint32_t offset = *(const uint32_t *)(record + 4);
	uint8_t *bytes;

	if (same(name, "RSDP", 4)) {
		bytes = (uint8_t *)find_rsdp(info, TAG_RSDP_NEW);
		bytes = bytes ? bytes : (uint8_t *)find_rsdp(info, TAG_RSDP_OLD);
	} else {
		bytes = (uint8_t *)find_table(name);
	}
	if (!bytes)
		fail("no such table");
	for (uint32_t i = 8; i < size; i++)
		bytes[offset + i - 8] ^= record[i];
	// What the kernel is to see of it: the checksums of its header and of all of it.
	say("loader: changed ");
	say_hex(crc32(bytes, sizeof(struct acpi_header)));
	uint32_t length = ((const struct acpi_header *)bytes)->length;
	say(" ");
	say_hex(same(name, "RSDP", 4)		    ? crc32(bytes, 20)
		: length >= 36 && length <= 1 << 20 ? crc32(bytes, length)
						    : 0);
	say("\n");
}

// --- the information for the kernel ---

static void append(const void *bytes, uint32_t size)
{
	if (size > sizeof(info) - used - 16)
		fail("too many tags");
	memcpy(info + used, bytes, size);
	used = (used + size + 7) & ~7u;
}

static void copy_tags(uint32_t type)
{
	for (const struct tag *tag = first_tag(); tag->type != TAG_END; tag = next_tag(tag)) {
		const char *name = ((const struct module_tag *)tag)->name;

		if (tag->type != type)
			continue;
		if (type == TAG_MODULE && (same(name, "kernel", 7) || same(name, "script", 7)))
			continue;
		append(tag, tag->size);
	}
}

static void do_record(const struct record *record)
{
	const uint32_t *word = (const uint32_t *)record->data;

	switch ((enum op)record->op) {
	case OP_TAG:
		append(record->data, record->size);
		break;
	case OP_COPY:
		copy_tags(*word);
		break;
	case OP_POKE:
		memcpy((void *)word[0], word + 1, record->size - 4);
		break;
	case OP_XOR:
		xor_bytes(record->data, record->size);
		break;
	case OP_MSR:
		__asm__ volatile("wrmsr" ::"c"(word[0]), "a"(word[2]), "d"(word[3]));
		break;
	case OP_MAGIC:
		magic = *word;
		break;
	case OP_SIZE:
		*(uint32_t *)info = *word;
		break;
	case OP_XSDT:
		make_xsdt();
		break;
	default:
		fail("unknown record");
	}
}

static void load_kernel(void)
{
	const struct elf_header *elf = (const struct elf_header *)kernel;

	for (uint32_t i = 0; i < elf->phnum; i++) {
		const struct elf_segment *segment =
			(const struct elf_segment *)(kernel + (uint32_t)elf->phoff +
						     i * elf->phentsize);

		if (segment->type != 1)
			continue;
		memcpy((void *)(uint32_t)segment->paddr, kernel + (uint32_t)segment->offset,
		       (uint32_t)segment->filesz);
		memset((uint8_t *)(uint32_t)segment->paddr + (uint32_t)segment->filesz, 0,
		       (uint32_t)(segment->memsz - segment->filesz));
	}
}

// The kernel's entry address in its multiboot2 header (MB2 3.1.5).
static uint32_t header_entry(void)
{
	const uint32_t *header = (const uint32_t *)kernel;

	while (header[0] != 0xe85250d6)
		header++;
	for (const struct tag *tag = (const struct tag *)(header + 4); (tag->type & 0xffff) != 0;
	     tag = next_tag(tag))
		if ((tag->type & 0xffff) == 3)
			return *(const uint32_t *)tag->data;
	fail("the kernel's header has no entry address");
}

void load(uint32_t grub_info)
{
	static const struct tag end = {TAG_END, 8};

	open_com2();
	take_grub_info(grub_info);
	entry_address = header_entry();
	for (const struct record *record = script; record < script_end;) {
		do_record(record);
		record = (const struct record *)(record->data + ((record->size + 3) & ~3u));
	}
	append(&end, sizeof(end));
	if (*(const uint32_t *)info == 0)
		*(uint32_t *)info = used;
	load_kernel();
	say("loader: done\n");
	enter(entry_address, magic, (uint32_t)info);
}
