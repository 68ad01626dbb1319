/* The table of functions: see pci.h. */
#include "dev/pci.h"

#include "core/log.h"
#include "lib/fmt.h"
#include "lib/string.h"

#define LINE_MAX	  200
#define HEADER_TYPE(word) ((word) >> 16 & 0x7f)

static struct pci_device devices[PCI_DEVICES_MAX]; /* constant after boot */
static unsigned n_devices;
bool (*pci_is_ram)(uint64_t start, uint64_t end);

/* --- what the pure code asks for --- */

static uint32_t read_config(void *ctx, unsigned offset)
{
	const struct pci_device *device = ctx;

	return pci_read(device->at, offset);
}

static void write_config(void *ctx, unsigned offset, uint32_t value)
{
	const struct pci_device *device = ctx;

	pci_write(device->at, offset, value);
}

static void tell(void *ctx, const char *fmt, ...) __printf_like(2, 3);
static void tell(void *ctx, const char *fmt, ...)
{
	const struct pci_device *device = ctx;
	char line[120];
	va_list args;

	va_start(args, fmt);
	fmt_vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	log_line("pci %02x:%02x.%x: %s", device->at.bus, PCI_SLOT(device->at.devfn),
		 PCI_FUNCTION(device->at.devfn), line);
}

/* --- one line a function --- */

static void add(char line[LINE_MAX], const char *fmt, ...) __printf_like(2, 3);
static void add(char line[LINE_MAX], const char *fmt, ...)
{
	size_t length = strlen(line);
	va_list args;

	va_start(args, fmt);
	fmt_vsnprintf(line + length, LINE_MAX - length, fmt, args);
	va_end(args);
}

static void add_bar(char line[LINE_MAX], const struct pci_bar *bar)
{
	if (bar->kind == PCI_BAR_PORTS)
		add(line, ", %lu ports at %lx", bar->size, bar->address);
	else if (bar->kind == PCI_BAR_MEMORY && bar->size >= MIB(1))
		add(line, ", %lu MiB at %lx", bar->size >> 20, bar->address);
	else if (bar->kind == PCI_BAR_MEMORY)
		add(line, ", %lu bytes at %lx", bar->size, bar->address);
}

static void tell_device(const struct pci_device *device)
{
	char line[LINE_MAX] = "";

	if (device->pin)
		add(line, ", INT%c on %u", 'A' + device->pin - 1, device->line);
	if (device->caps.msi)
		add(line, ", MSI");
	if (device->msix.vectors)
		add(line, ", MSI-X with %u vectors", device->msix.vectors);
	for (unsigned i = 0; i < PCI_BARS_MAX; i++)
		add_bar(line, &device->bars[i]);
	log_line("pci %04x:%02x:%02x.%x: %04x:%04x class %06x%s", device->at.segment,
		 device->at.bus, PCI_SLOT(device->at.devfn), PCI_FUNCTION(device->at.devfn),
		 device->vendor, device->device, device->class, line);
}

/* --- recording --- */

/* What lies in RAM cannot be a device's, and would be written to in its place. */
static void check_bars(struct pci_device *device)
{
	for (unsigned i = 0; i < PCI_BARS_MAX; i++) {
		struct pci_bar *bar = &device->bars[i];

		if (bar->kind != PCI_BAR_MEMORY || bar->address == 0 ||
		    !pci_is_ram(bar->address, bar->address + bar->size))
			continue;
		tell(device, "BAR %u at %lx lies in RAM, ignored", i, bar->address);
		bar->kind = PCI_BAR_NONE;
	}
}

/* Host bridges decode in ways of their own, and must not cease to. */
static unsigned bars_of(const struct pci_device *device, uint32_t header)
{
	if (device->class >> 8 == PCI_CLASS_BRIDGE << 8)
		return 0;
	return HEADER_TYPE(header) == 0 ? 6 : HEADER_TYPE(header) == 1 ? 2 : 0;
}

static void read_device(struct pci_device *device)
{
	struct pci_access access = {read_config, write_config, tell, device};
	uint32_t interrupt = pci_read(device->at, PCI_INTERRUPT);

	device->class = pci_read(device->at, PCI_CLASS) >> 8;
	device->line = interrupt & 0xff;
	if ((interrupt >> 8 & 0xff) <= 4)
		device->pin = (uint8_t)(interrupt >> 8);
	pci_read_bars(&access, bars_of(device, pci_read(device->at, PCI_HEADER)), device->bars);
	check_bars(device);
	pci_read_caps(&access, &device->caps);
	if (device->caps.msix)
		pci_read_msix(&access, device->caps.msix, device->bars, &device->msix);
}

void pci_record(struct pci_address at, uint32_t id)
{
	struct pci_device *device = &devices[n_devices];

	if (n_devices == PCI_DEVICES_MAX) {
		log_line("pci %02x:%02x.%x: one function too many, ignored", at.bus,
			 PCI_SLOT(at.devfn), PCI_FUNCTION(at.devfn));
		return;
	}
	n_devices++;
	*device = (struct pci_device){
		.at = at,
		.vendor = (uint16_t)id,
		.device = (uint16_t)(id >> 16),
	};
	read_device(device);
	tell_device(device);
}

const struct pci_device *pci_find(uint16_t vendor, uint16_t id)
{
	for (unsigned n = 0; n < n_devices; n++) {
		if (devices[n].vendor == vendor && devices[n].device == id)
			return &devices[n];
	}
	return NULL;
}

void pci_command(const struct pci_device *device, uint32_t set, uint32_t clear)
{
	uint32_t command = pci_read(device->at, PCI_COMMAND) & 0xffff;

	pci_write(device->at, PCI_COMMAND, (command & ~clear) | set);
}
