/*
 * Does firmware drive a USB host controller, as it does to make a USB keyboard look like an old
 * one? Each kind says so elsewhere. Pure: the caller reads configuration space and registers.
 */
#pragma once

#include "lib/base.h"

/* Programming interfaces of class 0c03. */
enum usb_kind { USB_UHCI = 0x00, USB_OHCI = 0x10, USB_EHCI = 0x20, USB_XHCI = 0x30 };

struct usb_access {
	uint32_t (*config)(void *ctx, unsigned offset); /* a multiple of 4 below 256 */
	uint32_t (*mmio)(void *ctx, uint32_t offset);	/* of the first BAR; all ones: not there */
	void *ctx;
};

/* Unknown kinds, and controllers that do not answer, are nobody's. */
bool usb_is_firmwares(const struct usb_access *access, enum usb_kind kind);
