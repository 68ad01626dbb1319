// Children that want more memory than the machine has are killed, and all they had comes back.
//
// usage: hog MIB, more than the machine has. Not for machines that swap.
#include "say.h"

#include <signal.h>
#include <stdlib.h>

#define TIMES	    6
#define TABLE_REACH (512 * PAGE)

static int touches(size_t size, size_t step)
{
	char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (pages == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < size; i += step)
		pages[i] = 1;
	return 2;
}

static int takes(void *mib)
{
	return touches((size_t)(uintptr_t)mib << 20, PAGE);
}

// Each page with a table of its own: memory ends between the two, sooner or later.
static int takes_far_apart(void *mib)
{
	return touches(((size_t)(uintptr_t)mib << 20) / PAGE * TABLE_REACH, TABLE_REACH);
}

static int modest(void *arg)
{
	(void)arg;
	return takes((void *)8) == 2 ? 0 : 1;
}

int main(int argc, char **argv)
{
	uintptr_t mib = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
	int wrong = 0;

	if (mib == 0)
		return 99;
	for (int i = 0; i < TIMES; i++) {
		int status = status_of(i % 2 ? takes_far_apart : takes, (void *)mib);

		say("the hog: %s\n", status_name(status));
		wrong += !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL;
		wrong += status_of(modest, NULL) != 0;
	}
	say("hog: %d wrong\n", wrong);
	return wrong != 0;
}
