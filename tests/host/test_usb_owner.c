// sources: kernel/dev/usb_owner.c
/* Whether firmware drives a USB controller, by the mark of each kind. */
#include "host_test.h"

#include "dev/usb_owner.h"

static uint32_t config_words[64], mmio_words[1024];
static bool mmio_there;

static uint32_t config(void *ctx, unsigned offset)
{
	(void)ctx;
	assert_true(offset < 256 && offset % 4 == 0);
	return config_words[offset / 4];
}

static uint32_t mmio(void *ctx, uint32_t offset)
{
	(void)ctx;
	return mmio_there && offset < sizeof(mmio_words) ? mmio_words[offset / 4] : UINT32_MAX;
}

static const struct usb_access access = {config, mmio, NULL};

static void begin(void)
{
	memset(config_words, 0, sizeof(config_words));
	memset(mmio_words, 0, sizeof(mmio_words));
	mmio_there = true;
}

static void uhci(void **state)
{
	(void)state;
	begin();
	config_words[0xc0 / 4] = 0x2000;
	assert_false(usb_is_firmwares(&access, USB_UHCI));
	config_words[0xc0 / 4] = 0x2010;
	assert_true(usb_is_firmwares(&access, USB_UHCI));
	config_words[0xc0 / 4] = UINT32_MAX;
	assert_false(usb_is_firmwares(&access, USB_UHCI));
}

static void ohci(void **state)
{
	(void)state;
	begin();
	assert_false(usb_is_firmwares(&access, USB_OHCI));
	mmio_words[1] = 0x100;
	assert_true(usb_is_firmwares(&access, USB_OHCI));
	mmio_there = false;
	assert_false(usb_is_firmwares(&access, USB_OHCI));
}

static void ehci(void **state)
{
	(void)state;
	begin();
	assert_false(usb_is_firmwares(&access, USB_EHCI));
	mmio_words[2] = 0x6800;
	config_words[0x68 / 4] = 0x7002;
	config_words[0x70 / 4] = 0x01010001;
	assert_true(usb_is_firmwares(&access, USB_EHCI));
	config_words[0x70 / 4] = 0x01000001; /* the system owns it */
	assert_false(usb_is_firmwares(&access, USB_EHCI));
	config_words[0x70 / 4] = 0x6802; /* a loop */
	assert_false(usb_is_firmwares(&access, USB_EHCI));
	mmio_there = false;
	assert_false(usb_is_firmwares(&access, USB_EHCI));
}

static void xhci(void **state)
{
	(void)state;
	begin();
	assert_false(usb_is_firmwares(&access, USB_XHCI));
	mmio_words[4] = 0x00100000; /* at 0x40, in words of 4 bytes */
	mmio_words[0x10] = 0x0402;
	mmio_words[0x14] = 0x00010001;
	assert_true(usb_is_firmwares(&access, USB_XHCI));
	mmio_words[0x14] = 0x01000001;
	assert_false(usb_is_firmwares(&access, USB_XHCI));
	mmio_words[0x14] = 0xff02; /* and on, past what is mapped */
	assert_false(usb_is_firmwares(&access, USB_XHCI));
	mmio_there = false;
	assert_false(usb_is_firmwares(&access, USB_XHCI));
}

static void what_is_none_of_these(void **state)
{
	(void)state;
	begin();
	memset(config_words, 0xff, sizeof(config_words));
	memset(mmio_words, 0xff, sizeof(mmio_words));
	assert_false(usb_is_firmwares(&access, (enum usb_kind)0x40));
	assert_false(usb_is_firmwares(&access, USB_EHCI));
	assert_false(usb_is_firmwares(&access, USB_XHCI));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uhci),
		cmocka_unit_test(ohci),
		cmocka_unit_test(ehci),
		cmocka_unit_test(xhci),
		cmocka_unit_test(what_is_none_of_these),
	};

	return cmocka_run_group_tests_name("usb_owner", tests, NULL, NULL);
}
