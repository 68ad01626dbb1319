// uname, unknown calls, thread numbers, selectors, arch_prctl.
#define _GNU_SOURCE // domainname
#include "say.h"

#include <sys/utsname.h>

static bool is_text(const char *field, size_t size)
{
	return field[0] && strnlen(field, size) < size;
}

static void names(void)
{
	struct utsname name;
	char *edge;

	memset(&name, 0xff, sizeof(name));
	say_result("uname", sys(SYS_uname, &name));
	say_if("system", is_text(name.sysname, sizeof(name.sysname)));
	say_if("node", strnlen(name.nodename, sizeof(name.nodename)) < sizeof(name.nodename));
	say_if("release", is_text(name.release, sizeof(name.release)));
	say_if("version", is_text(name.version, sizeof(name.version)));
	say_if("domain",
	       strnlen(name.domainname, sizeof(name.domainname)) < sizeof(name.domainname));
	say("machine: %s\n", name.machine);
	say_result("uname, NULL", sys(SYS_uname, NULL));
	say_result("uname, kernel", sys(SYS_uname, KERNEL_ADDR));
	pages_before_edge(1, &edge);
	say_result("uname, over an edge", sys(SYS_uname, edge - sizeof(name) + 1));
	say_result("uname, up to the edge", sys(SYS_uname, edge - sizeof(name)));
}

static void unknown(void)
{
	static const long numbers[] = {400, 1000, 5000, 0x7fffffff, -1, -2, -1000};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		say("call %ld: %s\n", numbers[i], result_name(sys(numbers[i], 1, 2, 3, 4, 5, 6)));
}

static void numbers(void)
{
	int word;

	say_if("gettid is getpid", sys(SYS_gettid) == sys(SYS_getpid));
	say_if("set_tid_address tells it", sys(SYS_set_tid_address, &word) == sys(SYS_gettid));
	say_if("whatever the pointer", sys(SYS_set_tid_address, KERNEL_ADDR) == sys(SYS_gettid));
	sys(SYS_set_tid_address, NULL);
	say_if("the numbers stay", getpid() == getpid() && getppid() == getppid());
}

// Programs look at them to know in which mode they run.
static void selectors(void)
{
	unsigned code, stack, data;

	__asm__("mov %%cs, %0" : "=r"(code));
	__asm__("mov %%ss, %0" : "=r"(stack));
	__asm__("mov %%ds, %0" : "=r"(data));
	say("CS %#x, SS %#x, DS %#x\n", code, stack, data);
}

static uint64_t gs_base(void)
{
	uint64_t base = 1;

	sys(SYS_arch_prctl, ARCH_GET_GS, &base);
	return base;
}

static int child_gs(void *base)
{
	return gs_base() == (uint64_t)base ? 0 : 1;
}

static void bases(void)
{
	static uint64_t word = 0x1234;
	uint64_t fs = 0, by_gs;

	say_if("GS base is 0 at first", gs_base() == 0);
	say_result("set GS", sys(SYS_arch_prctl, ARCH_SET_GS, &word));
	say_if("get GS", gs_base() == (uint64_t)&word);
	__asm__ volatile("mov %%gs:0, %0" : "=r"(by_gs));
	say("by GS: %#llx\n", (unsigned long long)by_gs);
	say_child("a child has it too", child_gs, &word);
	say_result("get FS", sys(SYS_arch_prctl, ARCH_GET_FS, &fs));
	say_if("the C library has set it", fs != 0);
	say_result("set FS to the same", sys(SYS_arch_prctl, ARCH_SET_FS, fs));
	say_result("set GS, end of user space", sys(SYS_arch_prctl, ARCH_SET_GS, USER_END));
	say_result("set GS, hole", sys(SYS_arch_prctl, ARCH_SET_GS, NON_CANONICAL));
	say_result("set GS, kernel", sys(SYS_arch_prctl, ARCH_SET_GS, KERNEL_ADDR));
	say_result("set FS, kernel", sys(SYS_arch_prctl, ARCH_SET_FS, KERNEL_ADDR));
	say_if("GS is unchanged", gs_base() == (uint64_t)&word);
	say_result("set GS, last byte", sys(SYS_arch_prctl, ARCH_SET_GS, USER_END - 1));
	say_if("get it", gs_base() == USER_END - 1);
	say_result("get GS, bad pointer", sys(SYS_arch_prctl, ARCH_GET_GS, KERNEL_ADDR));
	say_result("get FS, NULL", sys(SYS_arch_prctl, ARCH_GET_FS, NULL));
	say_result("code 0", sys(SYS_arch_prctl, 0, &word));
	say_result("code 0x1000", sys(SYS_arch_prctl, 0x1000, &word));
	say_result("code -1", sys(SYS_arch_prctl, -1, &word));
	say_result("set GS to 0", sys(SYS_arch_prctl, ARCH_SET_GS, 0));
	say_if("get 0", gs_base() == 0);
}

int main(void)
{
	names();
	unknown();
	numbers();
	selectors();
	bases();
	return 0;
}
