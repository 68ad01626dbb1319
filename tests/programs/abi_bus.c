// A mapping that reaches beyond its file's end: the program's own text, moved to where it can grow.
#include "say.h"

#include <sys/uio.h>

#define MREMAP_MAYMOVE	 1
#define MREMAP_DONTUNMAP 4
#define PAGES		 64ul /* more than the program's file has */

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif

extern char __executable_start[];

static int reads(void *byte)
{
	return *(volatile char *)byte & 0;
}

static int writes(void *byte)
{
	*(volatile char *)byte = 1;
	return 0;
}

static int runs(void *code)
{
	((void (*)(void))(uintptr_t)code)();
	return 0;
}

// The first page of the file, at a place where the file goes on behind it.
static char *map_file(void)
{
	char *start = __executable_start;
	char *copy = (char *)sys(SYS_mremap, start, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);

	say_if("a copy", (long)copy > 0 && copy != start);
	say_if("what was left is there", memcmp(start, copy, 4) == 0);
	copy = (char *)sys(SYS_mremap, copy, PAGE, PAGES * PAGE, MREMAP_MAYMOVE);
	say_if("grown", (long)copy > 0);
	say_if("begins as the program does", memcmp(start, copy, PAGE) == 0);
	return copy;
}

// How many pages can be read, and how the first that cannot ends a child.
static size_t find_end(char *file)
{
	for (size_t i = 0; i < PAGES; i++) {
		int status = status_of(reads, file + i * PAGE);

		if (status) {
			say("page %zu: %s\n", i, status_name(status));
			return i;
		}
	}
	say("NO end\n");
	return PAGES - 1;
}

static void touching(char *file, size_t end)
{
	char *beyond = file + end * PAGE;

	say_child("the last byte", reads, beyond - 1);
	say_child("the next page but one", reads, beyond + PAGE);
	say_child("far behind", reads, file + PAGES * PAGE - 1);
	say_child("code there", runs, beyond);
	say_child("a write there", writes, beyond);
	say_result("mprotect", sys(SYS_mprotect, file, PAGES * PAGE, PROT_READ | PROT_WRITE));
	say_child("a write within", writes, file + (end - 1) * PAGE);
	say_child("a write behind", writes, beyond);
	say_child("a read behind", reads, beyond);
}

// What calls say where the program would be killed.
static void calling(char *file, size_t end)
{
	char *beyond = file + end * PAGE;
	struct iovec iov = {beyond, 1};

	say_result("write of it", sys(SYS_write, 1, beyond, 1));
	say_result("writev of it", sys(SYS_writev, 1, &iov, 1));
	say_result("a result there", sys(SYS_clock_gettime, 0, beyond));
	say_result("POPULATE_READ", sys(SYS_madvise, file, PAGES * PAGE, MADV_POPULATE_READ));
	say_result("POPULATE_WRITE", sys(SYS_madvise, beyond, PAGE, MADV_POPULATE_WRITE));
	say_result("DONTNEED", sys(SYS_madvise, file, PAGES * PAGE, MADV_DONTNEED));
	say_result("msync", sys(SYS_msync, file, PAGES * PAGE, 4));
	say_result("mlock within", sys(SYS_mlock, file, PAGE));
	say_result("mlock behind", sys(SYS_mlock, beyond, PAGE));
	say_result("munlock", sys(SYS_munlock, file, PAGES * PAGE));
}

static int in_child(void *file)
{
	return reads(file);
}

int main(void)
{
	char *file = map_file();
	size_t end = find_end(file);

	touching(file, end);
	calling(file, end);
	say_child("a child has it too", in_child, file + (end - 1) * PAGE);
	say_child("and its end", in_child, file + end * PAGE);
	say_result("munmap", sys(SYS_munmap, file, PAGES * PAGE));
	return 0;
}
