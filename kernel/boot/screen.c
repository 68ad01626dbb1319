#include "boot/screen.h"

#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/image.h"
#include "arch/x86_64/layout.h"
#include "boot/info.h"
#include "core/log.h"
#include "core/panic.h"
#include "dev/framebuffer.h"
#include "dev/panic_screen.h"
#include "dev/screen.h"
#include "dev/vga_text.h"
#include "mm/kmap.h"
#include "mm/phys.h"

#define BOOT_PAGE	  MIB(2)
#define BOOT_WINDOW	  (PT_ENTRIES * BOOT_PAGE)
#define BOOT_WINDOW_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_PCD | PTE_LARGE | PTE_NX) /* UC- */
#define MB2_RAM		  1 /* the type of usable RAM in the loader's memory map */

static enum { NO_SCREEN, VGA_TEXT, FRAMEBUFFER } kind;
static const char *refused; /* why the framebuffer is not used; NULL: it is, or there is none */
static void *mapped;	    /* the screen in the master address space */

/* Is there usable RAM in the range, by the loader's map, which may be wrong, or missing? */
static bool overlaps_ram(uint64_t start, uint64_t end)
{
	struct boot_mmap_entry entry;

	for (uint32_t i = 0; boot_mmap_entry(&boot_info, i, &entry); i++) {
		if (entry.type == MB2_RAM && entry.base < end &&
		    entry.length > (start > entry.base ? start - entry.base : 0))
			return true;
	}
	return false;
}

static const char *refuse(const struct boot_framebuffer *tag)
{
	const char *why = pixels_refuse(tag, cpu_features.phys_bits);
	uint64_t start = tag->addr.raw;

	if (why)
		return why;
	if (start % BOOT_PAGE + pixels_size(tag) > BOOT_WINDOW)
		return "it is too large";
	if (overlaps_ram(start, start + pixels_size(tag)))
		return "it lies in RAM";
	return NULL;
}

/* The framebuffer's view in the boot tables: large pages, wherever it is (boot/tables.S). */
static void *boot_window(uint64_t start, uint64_t size)
{
	pte_t *entries = phys_to_virt(PADDR((uintptr_t)boot_screen_pd));
	uint64_t first = ALIGN_DOWN(start, BOOT_PAGE);

	for (uint64_t at = first; at < start + size; at += BOOT_PAGE)
		*entries++ = at | BOOT_WINDOW_FLAGS;
	return (void *)(MMIO_BASE + (start - first));
}

/* Is there a VGA in text mode? GRUB says so, or says nothing on a machine with a BIOS. */
static bool has_text_screen(void)
{
	if (boot_has(&boot_info, MB2_TAG_FRAMEBUFFER) && !refused)
		return boot_info.framebuffer.type == FRAMEBUFFER_TEXT;
	return !boot_has(&boot_info, MB2_TAG_EFI32) && !boot_has(&boot_info, MB2_TAG_EFI64);
}

static bool has_framebuffer(void)
{
	const struct boot_framebuffer *tag = &boot_info.framebuffer;

	if (!boot_has(&boot_info, MB2_TAG_FRAMEBUFFER) || tag->type == FRAMEBUFFER_TEXT)
		return false;
	refused = refuse(tag);
	return !refused;
}

bool boot_screen_start(void)
{
	const struct boot_framebuffer *tag = &boot_info.framebuffer;

	if (has_framebuffer()) {
		kind = FRAMEBUFFER;
		framebuffer_use(tag, boot_window(tag->addr.raw, pixels_size(tag)));
		screen_on_framebuffer();
	} else if (has_text_screen()) {
		kind = VGA_TEXT;
		vga_text_use(phys_to_virt(PADDR(VGA_TEXT_ADDRESS)));
		screen_on_vga_text();
	}
	if (kind != NO_SCREEN)
		panic_show = panic_screen_show;
	return kind != NO_SCREEN;
}

void boot_screen_tell(void)
{
	const struct boot_framebuffer *tag = &boot_info.framebuffer;

	if (refused)
		log_line("screen: the framebuffer at %lx, %ux%u of %u bits, is not used: %s",
			 tag->addr.raw, tag->width, tag->height, tag->bpp, refused);
	if (kind == FRAMEBUFFER)
		log_line("screen: framebuffer at %lx, %ux%u of %u bits", tag->addr.raw, tag->width,
			 tag->height, tag->bpp);
	else if (kind == VGA_TEXT)
		log_line("screen: VGA text");
}

void boot_screen_map(const struct memmap *map)
{
	uint64_t start = VGA_TEXT_ADDRESS, size = VGA_TEXT_SIZE;
	pte_t flags = KMAP_MMIO;

	if (kind == NO_SCREEN)
		return;
	if (kind == FRAMEBUFFER) {
		start = boot_info.framebuffer.addr.raw;
		size = pixels_size(&boot_info.framebuffer);
		flags = cpu_features.pat ? KMAP_WC : KMAP_MMIO;
	}
	if (!memmap_overlaps_ram(map, start, start + size))
		mapped = mmio_map(start, size, flags);
	if (!mapped)
		log_line("screen: it cannot be mapped, and shows no more");
}

void boot_screen_move(void)
{
	if (kind == FRAMEBUFFER)
		framebuffer_use(&boot_info.framebuffer, mapped);
	else if (kind == VGA_TEXT)
		vga_text_use(mapped);
}
