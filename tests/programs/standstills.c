// Holds the census again and again while children on other CPUs are busy with their memory, always
// in the middle of something: it must find nothing wrong, since the machine stands still only where
// nothing is half done.
//
// usage: standstills CENSUSES
#include "books.h"

#include <signal.h>
#include <stdlib.h>

#define CHILDREN 3
#define PAGES	 160 // more than a CPU keeps free for itself

static void busy(void)
{
	char *pages = fresh_pages(PAGES);

	for (;;) {
		for (size_t i = 0; i < PAGES; i++)
			pages[i * PAGE] = 1;
		madvise(pages, PAGES * PAGE, MADV_DONTNEED);
	}
}

int main(int argc, char **argv)
{
	long censuses = argc > 1 ? atol(argv[1]) : 1, wrong = 0;
	pid_t children[CHILDREN];

	for (int i = 0; i < CHILDREN; i++) {
		children[i] = fork();
		if (children[i] == 0)
			busy();
	}
	for (long i = 0; i < censuses; i++)
		wrong += sys(SYS_ktest, KTEST_CENSUS) != 0;
	for (int i = 0; i < CHILDREN; i++)
		kill(children[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	say("standstills: %ld censuses, %ld found something wrong\n", censuses, wrong);
	return wrong != 0;
}
