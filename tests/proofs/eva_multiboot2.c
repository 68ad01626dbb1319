// sources: kernel/lib/multiboot2.c
// options: -eva-precision 1
/*
 * The multiboot2 parser under any bytes, in buffers that end where the information ends; and its
 * results, read by the functions that read them and byte by byte.
 */
#include "eva.h"
#include "lib/multiboot2.h"

static volatile uint8_t sink;

static void read_part(const struct bytes *part)
{
	sink = bytes_u8(part, any_u32());
	sink = (uint8_t)bytes_u64(part, any_u32());
}

/* There is none where no module is. */
static void read_string(const char *string)
{
	if (string)
		sink = (uint8_t)string[0];
}

static void read_all(const struct boot_info *info)
{
	struct boot_mmap_entry range;
	struct boot_elf_section section;
	struct boot_efi_entry efi;

	read_string(info->cmdline);
	read_string(info->loader);
	for (unsigned i = 0; i < info->n_modules; i++)
		read_string(info->modules[i].cmdline);
	(void)boot_mmap_entry(info, any_u32(), &range);
	(void)boot_elf_section(info, any_u32(), &section);
	(void)boot_efi_entry(info, any_u32(), &efi);
	read_part(&info->network);
	read_part(&info->smbios);
	read_part(&info->vbe_control);
	read_part(&info->vbe_mode_info);
}

static struct boot_info info;

/* Any information in a buffer of just SIZE bytes. */
#define PARSE(SIZE)                                                    \
	{                                                              \
		static uint8_t buffer[SIZE];                           \
		Frama_C_make_unknown((char *)buffer, SIZE);            \
		multiboot2_parse(buffer, SIZE, &info, any_tell, NULL); \
		read_all(&info);                                       \
	}

int main(void)
{
	switch (any_u32()) {
	case 0:
		PARSE(1);
		break;
	case 1:
		PARSE(8);
		break;
	case 2:
		PARSE(24);
		break;
	case 3:
		PARSE(100);
		break;
	default:
		PARSE(65536);
		break;
	}
	return 0;
}
