/* What firmware has left at work is stopped: see pci.h. */
#include "dev/pci.h"

#include "arch/x86_64/io.h"
#include "core/log.h"
#include "dev/usb_owner.h"
#include "mm/phys.h"

#define BAR_TYPE_64	0x4U
#define BAR_MEMORY_MASK 0xfffffff0U
#define USB_REGISTERS	0x1000U /* of which firmware's mark is looked for */

/* A USB controller; `regs` is its first BAR, or NULL where that cannot be reached yet. */
struct usb_context {
	struct pci_address at;
	const uint8_t *regs;
};

static uint32_t read_config(void *ctx, unsigned offset)
{
	const struct usb_context *usb = ctx;

	return pci_read(usb->at, offset);
}

static uint32_t read_mmio(void *ctx, uint32_t offset)
{
	const struct usb_context *usb = ctx;

	return usb->regs && offset < USB_REGISTERS ? mmio_read32(usb->regs + offset) : UINT32_MAX;
}

/*
 * The first BAR, if the function decodes memory, and that lies in what the boot tables map: segment
 * 0 is looked at while they are there.
 */
static const uint8_t *first_bar(struct pci_address at)
{
	uint32_t low = pci_read(at, PCI_BAR0), base = low & BAR_MEMORY_MASK;
	uint32_t high = (low & BAR_TYPE_64) ? pci_read(at, PCI_BAR0 + 4) : 0;

	if (at.segment || !(pci_read(at, PCI_COMMAND) & PCI_COMMAND_MEMORY) || high || !base ||
	    base > UINT32_MAX - USB_REGISTERS)
		return NULL;
	return phys_to_virt(PADDR(base));
}

static bool usb_is_left(struct pci_address at, uint32_t class)
{
	struct usb_context usb = {at, NULL};
	struct usb_access access = {read_config, read_mmio, &usb};
	enum usb_kind kind = (enum usb_kind)(class & 0xff);

	if (kind != USB_UHCI)
		usb.regs = first_bar(at);
	return usb_is_firmwares(&access, kind);
}

/* Why the function stays as it is; NULL: it does not. */
static const char *reason_to_leave(struct pci_address at, uint32_t class)
{
	if (class >> 16 == PCI_CLASS_DISPLAY)
		return "a display";
	if (class >> 8 == PCI_SUBCLASS_USB && usb_is_left(at, class))
		return "firmware drives this USB controller";
	return NULL;
}

void pci_quiet(struct pci_address at, uint32_t id)
{
	uint32_t command = pci_read(at, PCI_COMMAND) & 0xffff;
	uint32_t class = pci_read(at, PCI_CLASS) >> 8;
	const char *reason;

	if (class >> 16 == PCI_CLASS_BRIDGE || class >> 8 == PCI_SUBCLASS_IOMMU)
		return;
	reason = reason_to_leave(at, class);
	if (!reason)
		pci_write(at, PCI_COMMAND, (command & ~PCI_COMMAND_MASTER) | PCI_COMMAND_NO_INT);
	if (command & PCI_COMMAND_MASTER)
		log_line("pci %02x:%02x.%x: %04x:%04x was bus master; %s", at.bus,
			 PCI_SLOT(at.devfn), PCI_FUNCTION(at.devfn), id & 0xffff, id >> 16,
			 reason ? reason : "switched off");
}
