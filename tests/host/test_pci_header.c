// sources: kernel/dev/pci_header.c kernel/lib/fmt.c tests/host/told.c
/* What is read of a function's configuration space: sizes of BARs, capabilities, MSI-X. */
#include "host_test.h"

#include "dev/pci_header.h"
#include "told.h"

static uint32_t words[64];
static uint32_t writable[PCI_BARS_MAX];
static bool decoded_while_sizing;
static struct pci_bar bars[PCI_BARS_MAX];
static struct pci_caps caps;
static struct pci_msix msix;

static uint32_t read_word(void *ctx, unsigned offset)
{
	(void)ctx;
	assert_true(offset < 256 && offset % 4 == 0);
	return words[offset / 4];
}

static void write_word(void *ctx, unsigned offset, uint32_t value)
{
	uint32_t mask = 0xffff;

	(void)ctx;
	if (offset >= PCI_BAR0) {
		mask = writable[(offset - PCI_BAR0) / 4];
		decoded_while_sizing |= words[1] & 3;
	}
	words[offset / 4] = (words[offset / 4] & ~mask) | (value & mask);
}

static const struct pci_access access = {read_word, write_word, told, NULL};

static void begin(void)
{
	memset(words, 0, sizeof(words));
	memset(writable, 0, sizeof(writable));
	words[1] = 0x00100007;
	told_reset();
}

static void set_bar(unsigned n, uint32_t value, uint32_t mask)
{
	words[4 + n] = value;
	writable[n] = mask;
}

static void expect_bar(unsigned n, enum pci_bar_kind kind, uint64_t address, uint64_t size)
{
	assert_int_equal(bars[n].kind, kind);
	assert_int_equal(bars[n].address, address);
	assert_int_equal(bars[n].size, size);
}

static void bars_of_each_kind(void **state)
{
	uint32_t before[64];

	(void)state;
	begin();
	set_bar(0, 0xfea00000, 0xfff00000);
	set_bar(1, 0xc041, 0xffe0); /* its upper half is 0 */
	set_bar(2, 0xe000000c, 0xf0000000);
	set_bar(3, 0x7f, 0xffffffff);
	set_bar(4, 0x00000004, 0);
	set_bar(5, 0, 0xffffff00); /* 1 TiB, without an address */
	memcpy(before, words, sizeof(words));
	pci_read_bars(&access, 6, bars);
	expect_bar(0, PCI_BAR_MEMORY, 0xfea00000, 1 << 20);
	expect_bar(1, PCI_BAR_PORTS, 0xc040, 32);
	expect_bar(2, PCI_BAR_MEMORY, UINT64_C(0x7fe0000000), 1 << 28);
	expect_bar(3, PCI_BAR_NONE, 0, 0);
	expect_bar(4, PCI_BAR_MEMORY, 0, UINT64_C(1) << 40);
	assert_false(decoded_while_sizing);
	words[1] |= 0x00100000; /* the status is not written */
	assert_memory_equal(words, before, sizeof(words));
	assert_int_equal(told_count(), 0);
}

static void bars_that_cannot_be(void **state)
{
	(void)state;
	begin();
	set_bar(0, 0xffffffff, 0xfff00000); /* nobody answers */
	set_bar(2, 0x1c001, 0xffffffe0);    /* no such port */
	set_bar(3, 0x0000000c, 0xfff00000);
	set_bar(4, 0x00100000, 0xffffffff); /* above 52 bits */
	set_bar(5, 0xc, 0xfff00000);	    /* its upper half would be no BAR */
	pci_read_bars(&access, 6, bars);
	for (unsigned i = 0; i < PCI_BARS_MAX; i++)
		assert_int_equal(bars[i].kind, PCI_BAR_NONE);
	assert_int_equal(told_count(), 3);
	assert_true(told_has("BAR 5: its upper half is missing"));
	pci_read_bars(&access, 0, bars);
	assert_int_equal(bars[1].kind, PCI_BAR_NONE);
}

static void a_list_of_capabilities(void **state)
{
	(void)state;
	begin();
	words[0x34 / 4] = 0x43; /* the low bits are reserved */
	words[0x40 / 4] = 0x5001;
	words[0x50 / 4] = 0x6005;
	words[0x60 / 4] = 0x7010;
	words[0x70 / 4] = 0x0011;
	pci_read_caps(&access, &caps);
	assert_int_equal(caps.msi, 0x50);
	assert_int_equal(caps.pcie, 0x60);
	assert_int_equal(caps.msix, 0x70);
	assert_int_equal(told_count(), 0);
	words[1] = 7; /* there is no list */
	pci_read_caps(&access, &caps);
	assert_int_equal(caps.msi, 0);
	words[1] = 0xffffffff;
	pci_read_caps(&access, &caps);
	assert_int_equal(caps.msi, 0);
}

static void lists_that_are_broken(void **state)
{
	static const struct {
		uint32_t at_40, at_50;
		const char *line;
	} broken[] = {
		{0x5005, 0x4001, "the list loops at 40"},
		{0x4005, 0, "the list loops at 40"},
		{0x3c05, 0, "the list leads into the header at 3c"},
		{0x5005, 0xffffffff, "nothing at 50"},
		{0x5005, 0x5, "05 at 50 is a second one, ignored"},
		{0xf005, 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		begin();
		words[0x34 / 4] = 0x40;
		words[0x40 / 4] = broken[i].at_40;
		words[0x50 / 4] = broken[i].at_50;
		pci_read_caps(&access, &caps);
		assert_int_equal(caps.msi, 0x40); /* what came before counts */
		assert_true(broken[i].line[0] == '\0' || told_has(broken[i].line));
	}
	begin();
	words[0x34 / 4] = 0xec;
	words[0xec / 4] = 0x5;
	pci_read_caps(&access, &caps);
	assert_int_equal(caps.msi, 0);
	assert_true(told_has("05 at ec is cut off, ignored"));
}

/* A capability in each word: each is visited once, however the last one points back. */
static void lists_that_fill_the_space(void **state)
{
	(void)state;
	for (unsigned last = 0; last < 256; last++) {
		begin();
		words[0x34 / 4] = 0x40;
		for (unsigned at = 0x40; at < 0x100; at += 4)
			words[at / 4] = (at + 4) << 8 | 0x09;
		words[0xf4 / 4] = 0xf811; /* the last place that is long enough */
		words[0xf8 / 4] = 0xfc05;
		words[0xfc / 4] = last << 8 | 0x10;
		pci_read_caps(&access, &caps);
		assert_int_equal(caps.msix, 0xf4);
		assert_int_equal(caps.pcie, 0xfc);
		assert_int_equal(caps.msi, 0);
		assert_int_equal(told_count(), last < 4 ? 1 : 2);
	}
}

static void msix_tables(void **state)
{
	(void)state;
	begin();
	set_bar(3, 0xfebd0000, 0xffffc000);
	pci_read_bars(&access, 6, bars);
	words[0x40 / 4] = 0x00040011;
	words[0x44 / 4] = 0x2003;
	pci_read_msix(&access, 0x40, bars, &msix);
	assert_int_equal(msix.vectors, 5);
	assert_int_equal(msix.bar, 3);
	assert_int_equal(msix.offset, 0x2000);
	assert_int_equal(told_count(), 0);

	words[0x44 / 4] = 0x3fb3; /* ends with the BAR, */
	pci_read_msix(&access, 0x40, bars, &msix);
	assert_int_equal(msix.vectors, 5);
	words[0x44 / 4] = 0x3fbb; /* 8 bytes behind it, */
	pci_read_msix(&access, 0x40, bars, &msix);
	assert_int_equal(msix.vectors, 0);
	words[0x44 / 4] = 0x2002; /* in one that is not there, */
	pci_read_msix(&access, 0x40, bars, &msix);
	assert_int_equal(msix.vectors, 0);
	words[0x44 / 4] = 0x2007; /* in none */
	pci_read_msix(&access, 0x40, bars, &msix);
	assert_int_equal(msix.vectors, 0);
	assert_int_equal(told_count(), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bars_of_each_kind),
		cmocka_unit_test(bars_that_cannot_be),
		cmocka_unit_test(a_list_of_capabilities),
		cmocka_unit_test(lists_that_are_broken),
		cmocka_unit_test(lists_that_fill_the_space),
		cmocka_unit_test(msix_tables),
	};

	return cmocka_run_group_tests_name("pci_header", tests, NULL, NULL);
}
