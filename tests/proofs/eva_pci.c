// sources: kernel/dev/pci_header.c
// options: -eva-precision 5
/*
 * What is read of a PCI function's configuration space, when each word read is any word: the
 * function may change between two reads, or be gone.
 */
#include "dev/pci_header.h"
#include "eva.h"

static uint32_t any_read(void *ctx, unsigned offset)
{
	(void)ctx;
	/*@ assert offset < 256 && offset % 4 == 0; */
	return any_u32();
}

static void any_write(void *ctx, unsigned offset, uint32_t value)
{
	(void)ctx;
	(void)value;
	/*@ assert offset < 256 && offset % 4 == 0; */
}

int main(void)
{
	struct pci_access access = {any_read, any_write, any_tell, NULL};
	struct pci_bar bars[PCI_BARS_MAX];
	struct pci_caps caps;
	struct pci_msix msix;

	pci_read_bars(&access, any_u32(), bars);
	pci_read_caps(&access, &caps);
	if (caps.msix)
		pci_read_msix(&access, caps.msix, bars, &msix);
	return 0;
}
