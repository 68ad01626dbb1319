// A static-pie program (user.mk links *_pie so): it tells that it is where it was loaded.
#include "say.h"

#include <elf.h>
#include <sys/auxv.h>

extern const Elf64_Ehdr __ehdr_start;

static int value = 42;
static int *const relocated = &value; // needs a relocation

int main(int argc, char **argv)
{
	uintptr_t base = (uintptr_t)&__ehdr_start;

	say_if("the image is ET_DYN", __ehdr_start.e_type == ET_DYN);
	say_if("it was moved from 0", base != 0 && base % PAGE == 0);
	say_if("AT_PHDR is there", getauxval(AT_PHDR) == base + __ehdr_start.e_phoff);
	say_if("AT_ENTRY is there", getauxval(AT_ENTRY) == base + __ehdr_start.e_entry);
	say_if("AT_BASE is 0", getauxval(AT_BASE) == 0);
	say_if("code is where data says", (uintptr_t)main > base && *relocated == 42);
	say("%d arguments, the first is %s\n", argc, argv[0]);
	value = 0;
	return 7;
}
