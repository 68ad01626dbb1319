#include "dev/usb_owner.h"

#define CAPS_MAX 32	     /* of a list that may loop */
#define GONE	 0xffffffffU /* as what is not there reads */

/* UHCI Design Guide 1.1, 5.2.1: what makes the controller raise SMIs. */
#define UHCI_LEGACY_SUPPORT 0xc0
#define UHCI_SMI_SOURCES    0x001fU

/* OpenHCI 1.0a, 7.1.2: interrupts are routed to SMI. */
#define OHCI_CONTROL	       0x04
#define OHCI_INTERRUPT_ROUTING 0x0100U

/* EHCI 1.0, 2.2.4 and 2.1.7; xHCI 1.2, 5.3.6 and 7.1.1: a semaphore in a list of capabilities. */
#define EHCI_CAPABILITIES  0x08
#define XHCI_CAPABILITIES  0x10
#define CAP_LEGACY_SUPPORT 0x01U
#define CAP_FIRMWARE_OWNS  0x00010000U

static bool ehci_is_firmwares(const struct usb_access *access)
{
	uint32_t params = access->mmio(access->ctx, EHCI_CAPABILITIES);
	unsigned at = params >> 8 & 0xff;

	for (int n = 0; n < CAPS_MAX && params != GONE && at >= 0x40; n++) {
		uint32_t cap = access->config(access->ctx, at & 0xfc);

		if ((cap & 0xff) == CAP_LEGACY_SUPPORT)
			return cap & CAP_FIRMWARE_OWNS;
		at = cap >> 8 & 0xff;
	}
	return false;
}

static bool xhci_is_firmwares(const struct usb_access *access)
{
	uint32_t params = access->mmio(access->ctx, XHCI_CAPABILITIES);
	uint32_t step = params >> 16, at = 0;

	for (int n = 0; n < CAPS_MAX && params != GONE && step != 0; n++) {
		uint32_t cap;

		at += step * 4;
		cap = access->mmio(access->ctx, at);
		if (cap == GONE)
			return false;
		if ((cap & 0xff) == CAP_LEGACY_SUPPORT)
			return cap & CAP_FIRMWARE_OWNS;
		step = cap >> 8 & 0xff;
	}
	return false;
}

bool usb_is_firmwares(const struct usb_access *access, enum usb_kind kind)
{
	uint32_t word;

	switch (kind) {
	case USB_UHCI:
		word = access->config(access->ctx, UHCI_LEGACY_SUPPORT);
		return word != GONE && (word & UHCI_SMI_SOURCES);
	case USB_OHCI:
		word = access->mmio(access->ctx, OHCI_CONTROL);
		return word != GONE && (word & OHCI_INTERRUPT_ROUTING);
	case USB_EHCI:
		return ehci_is_firmwares(access);
	case USB_XHCI:
		return xhci_is_firmwares(access);
	}
	return false;
}
