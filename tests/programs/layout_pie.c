// Tells where its parts lie, as a program, as its child, and executed again in several ways. The
// first argument is what it calls itself; there is none at first.
#include "say.h"

#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/resource.h>

#define LARGE_STACK (64ul << 30)

static int tell(void *name)
{
	char *page = fresh_pages(1);

	munmap(page, PAGE);
	say("%s stack=%#lx mapping=%#lx heap=%#lx program=%#lx\n", (char *)name,
	    getauxval(AT_RANDOM), (uintptr_t)page, (uintptr_t)sys(SYS_brk, 0), (uintptr_t)tell);
	return 0;
}

static int again(void *name)
{
	execl("/bin/layout_pie", "layout_pie", name, NULL);
	return 1;
}

static int with_large_stack(void *name)
{
	struct rlimit limit = {LARGE_STACK, RLIM_INFINITY};

	setrlimit(RLIMIT_STACK, &limit);
	return again(name);
}

static int fixed(void *name)
{
	say_result("personality", sys(SYS_personality, ADDR_NO_RANDOMIZE));
	say_if("it is kept", sys(SYS_personality, 0xffffffff) == ADDR_NO_RANDOMIZE);
	return again(name);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return tell(argv[1]);
	tell("first");
	say_child("its child", tell, "child");
	say_child("again", again, "again");
	say_child("and again", again, "again");
	say_child("with a large stack", with_large_stack, "large");
	say_child("at fixed places", fixed, "fixed");
	say_result("personality, what means nothing", sys(SYS_personality, 0x1));
	return 0;
}
