// sources: kernel/dev/pci_header.c kernel/lib/fmt.c
// measured: kernel/dev/pci_header.c
/*
 * The case is a function's configuration space, and behind it which bits of its address registers
 * can be written.
 */
#include "dev/pci_header.h"
#include "fuzz.h"

#define SPACE 256
#define BARS  (PCI_BARS_MAX * 4)

struct function {
	uint32_t words[SPACE / 4];
	uint32_t writable[PCI_BARS_MAX];
};

static uint32_t read_word(void *ctx, unsigned offset)
{
	struct function *function = ctx;

	if (offset >= SPACE || offset % 4)
		abort();
	return function->words[offset / 4];
}

static void write_word(void *ctx, unsigned offset, uint32_t value)
{
	struct function *function = ctx;
	unsigned bar = (offset - PCI_BAR0) / 4;
	uint32_t mask = offset == PCI_COMMAND ? 0xffff : 0;

	if (offset >= PCI_BAR0 && bar < PCI_BARS_MAX) {
		mask = function->writable[bar];
		if (function->words[PCI_COMMAND / 4] & (PCI_COMMAND_IO | PCI_COMMAND_MEMORY))
			abort(); /* it decodes what it is not to */
	}
	function->words[offset / 4] = (function->words[offset / 4] & ~mask) | (value & mask);
}

static void check_bar(const struct pci_bar *bar)
{
	if (bar->kind != PCI_BAR_NONE &&
	    (bar->size == 0 || bar->size & (bar->size - 1) || bar->address % bar->size ||
	     bar->address + bar->size < bar->address))
		abort();
}

static void check_cap(unsigned offset)
{
	if (offset && (offset < 0x40 || offset > 0xfc || offset % 4))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct function function = {{0}, {0}}, before;
	struct pci_access access = {read_word, write_word, fuzz_tell, &function};
	struct pci_bar bars[PCI_BARS_MAX];
	struct pci_caps caps;
	struct pci_msix msix = {0};

	memcpy(function.words, data, size < SPACE ? size : SPACE);
	if (size > SPACE)
		memcpy(function.writable, data + SPACE, size - SPACE < BARS ? size - SPACE : BARS);
	before = function;
	pci_read_bars(&access, function.words[3] & 7, bars);
	for (unsigned i = 0; i < PCI_BARS_MAX; i++)
		check_bar(&bars[i]);
	pci_read_caps(&access, &caps);
	check_cap(caps.msi);
	check_cap(caps.msix);
	check_cap(caps.pcie);
	if (caps.msix)
		pci_read_msix(&access, caps.msix, bars, &msix);
	if (msix.vectors && (bars[msix.bar].address == 0 ||
			     msix.offset + 16UL * msix.vectors > bars[msix.bar].size))
		abort();
	if (memcmp(&before, &function, sizeof(before)) != 0)
		abort(); /* all is as it was */
	return 0;
}
