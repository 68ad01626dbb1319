// sources: kernel/dev/usb_owner.c
// options: -eva-precision 2
/*
 * Whose a USB controller is, when each word of its configuration space and of its registers reads
 * as anything, each time anew.
 */
#include "dev/usb_owner.h"
#include "eva.h"

static uint32_t any_config(void *ctx, unsigned offset)
{
	(void)ctx;
	//@ assert offset < 256 && offset % 4 == 0;
	return any_u32();
}

static uint32_t any_mmio(void *ctx, uint32_t offset)
{
	(void)ctx;
	(void)offset;
	return any_u32();
}

int main(void)
{
	struct usb_access access = {any_config, any_mmio, NULL};

	(void)usb_is_firmwares(&access, (enum usb_kind)any_u32());
	return 0;
}
