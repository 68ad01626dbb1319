// mprotect and madvise: errors, what they change, seen through children that die of it.
#include "say.h"

#define RW  (PROT_READ | PROT_WRITE)
#define RWX (PROT_READ | PROT_WRITE | PROT_EXEC)

static const char read_only[] = "a constant";

static int reads(void *byte)
{
	return *(volatile char *)byte & 0;
}

static int writes(void *byte)
{
	*(volatile char *)byte = 1;
	return 0;
}

// `mov $42, %eax; ret`
static const unsigned char answer[] = {0xb8, 42, 0, 0, 0, 0xc3};

static int executes(void *code)
{
	return ((int (*)(void))code)();
}

static void say_accesses(const char *what, void *at)
{
	say("%s: read %s", what, status_name(status_of(reads, at)));
	say(", write %s", status_name(status_of(writes, at)));
	say(", execute %s\n", status_name(status_of(executes, at)));
}

static void protections(void)
{
	static const struct {
		const char *name;
		int prot;
	} each[] = {{"none", PROT_NONE},	   {"r", PROT_READ}, {"rw", RW},
		    {"rx", PROT_READ | PROT_EXEC}, {"rwx", RWX},     {"r again", PROT_READ}};
	char *at = fresh_pages(1);

	memcpy(at, answer, sizeof(answer));
	say_accesses("fresh", at);
	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		say_result("mprotect", sys(SYS_mprotect, at, PAGE, each[i].prot));
		say_accesses(each[i].name, at);
	}
	say_if("contents are kept", memcmp(at, answer, sizeof(answer)) == 0);
}

static void image(void)
{
	static char data[sizeof(answer)] = {1};
	static char bss[sizeof(answer)];

	memcpy(data, answer, sizeof(answer));
	memcpy(bss, answer, sizeof(answer));
	say_child("write a constant", writes, (void *)read_only);
	say_child("write the program's code", writes, (void *)image);
	say_child("read the program's code", reads, (void *)image);
	say_child("execute data", executes, data);
	say_child("execute bss", executes, bss);
	unsigned char stack[sizeof(answer)];

	memcpy(stack, answer, sizeof(answer));
	say_child("execute the stack", executes, stack);
}

static void protect_errors(void)
{
	char *at = fresh_pages(4);

	munmap(at + 2 * PAGE, PAGE);
	say_result("mprotect unaligned", sys(SYS_mprotect, at + 1, PAGE, RW));
	say_result("mprotect nothing", sys(SYS_mprotect, at, 0, RW));
	say_result("mprotect wrapping", sys(SYS_mprotect, at, -1, RW));
	say_result("mprotect bad bits", sys(SYS_mprotect, at, PAGE, 0x40));
	say_result("mprotect grow both ways",
		   sys(SYS_mprotect, at, PAGE, PROT_GROWSDOWN | PROT_GROWSUP));
	say_result("mprotect grow down", sys(SYS_mprotect, at, PAGE, PROT_READ | PROT_GROWSDOWN));
	say_result("mprotect a hole", sys(SYS_mprotect, at + 2 * PAGE, PAGE, RW));
	say_result("mprotect the kernel", sys(SYS_mprotect, KERNEL_ADDR, PAGE, RW));
	say_result("mprotect non-canonical", sys(SYS_mprotect, NON_CANONICAL, PAGE, RW));
	say_result("mprotect 1 byte", sys(SYS_mprotect, at, 1, RW));
	say_result("mprotect up to a hole and on", sys(SYS_mprotect, at, 4 * PAGE, PROT_READ));
	say_child("page 0 is changed", writes, at);
	say_child("page 1 is changed", writes, at + PAGE);
	say_child("page 3 is not", writes, at + 3 * PAGE);
}

static void splitting(void)
{
	char *at = fresh_pages(6);

	for (int i = 0; i < 6; i++)
		at[i * PAGE] = (char)i;
	say_result("pages 1 to 4 read-only", sys(SYS_mprotect, at + PAGE, 4 * PAGE, PROT_READ));
	say_result("pages 2 and 3 none", sys(SYS_mprotect, at + 2 * PAGE, 2 * PAGE, PROT_NONE));
	for (int i = 0; i < 6; i++) {
		say("page %d: read %s", i, status_name(status_of(reads, at + i * PAGE)));
		say(", write %s\n", status_name(status_of(writes, at + i * PAGE)));
	}
	say_result("all writable", sys(SYS_mprotect, at, 6 * PAGE, RW));
	say("contents %d %d %d %d %d %d\n", at[0], at[PAGE], at[2 * PAGE], at[3 * PAGE],
	    at[4 * PAGE], at[5 * PAGE]);
	for (int i = 0; i < 6; i++)
		at[i * PAGE]++;
	say_if("all are written", at[0] == 1 && at[5 * PAGE] == 6);
}

// Copy-on-write pages that become read-only, are forked, and become writable again.
static int writes_again(void *at)
{
	if (sys(SYS_mprotect, at, PAGE, RW) != 0)
		return 1;
	*(volatile char *)at = 9;
	return *(volatile char *)at;
}

static void across_fork(void)
{
	char *at = fresh_pages(1);

	*at = 3;
	sys(SYS_mprotect, at, PAGE, PROT_READ);
	say_child("child makes it writable", writes_again, at);
	say("parent reads %d\n", *(volatile char *)at);
	say_child("another child cannot write", writes, at);
}

static void advice(void)
{
	char *at = fresh_pages(4);

	memset(at, 7, 4 * PAGE);
	say_result("normal", sys(SYS_madvise, at, PAGE, MADV_NORMAL));
	say_result("random", sys(SYS_madvise, at, PAGE, MADV_RANDOM));
	say_result("sequential", sys(SYS_madvise, at, PAGE, MADV_SEQUENTIAL));
	say_result("don't need pages 1, 2", sys(SYS_madvise, at + PAGE, 2 * PAGE, MADV_DONTNEED));
	say("contents %d %d %d %d\n", at[0], at[PAGE], at[3 * PAGE - 1], at[3 * PAGE]);
	at[PAGE] = 8;
	say("written %d\n", at[PAGE]);
	say_result("don't need 1 byte", sys(SYS_madvise, at, 1, MADV_DONTNEED));
	say("contents %d %d %d\n", at[0], at[PAGE - 1], at[PAGE]);
	at[0] = 4;
	say_result("free", sys(SYS_madvise, at, PAGE, MADV_FREE));
	say_if("free keeps or clears", at[0] == 4 || at[0] == 0);
}

static int clears(void *at)
{
	if (sys(SYS_madvise, at, PAGE, MADV_DONTNEED) != 0)
		return 1;
	return *(volatile char *)at;
}

static void advice_errors(void)
{
	char *at = fresh_pages(3);

	memset(at, 6, 3 * PAGE);
	munmap(at + PAGE, PAGE);
	say_result("madvise unaligned", sys(SYS_madvise, at + 1, PAGE, MADV_DONTNEED));
	say_result("madvise nothing", sys(SYS_madvise, at, 0, MADV_DONTNEED));
	say_result("madvise wrapping", sys(SYS_madvise, at, -1, MADV_DONTNEED));
	say_result("madvise 5000", sys(SYS_madvise, at, PAGE, 5000));
	say_result("madvise -1", sys(SYS_madvise, at, PAGE, -1));
	say_result("madvise a hole", sys(SYS_madvise, at + PAGE, PAGE, MADV_DONTNEED));
	say_child("a child's don't-need", clears, at);
	say("leaves the parent's %d\n", at[0]);
	say_result("madvise over a hole", sys(SYS_madvise, at, 3 * PAGE, MADV_DONTNEED));
	say("contents %d %d\n", at[0], at[2 * PAGE]);
}

int main(void)
{
	protections();
	image();
	protect_errors();
	splitting();
	across_fork();
	advice();
	advice_errors();
	return 0;
}
