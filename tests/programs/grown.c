// Memory of each kind while the census is held: a stack that has grown, shared and private pages,
// pages that cannot be accessed, large pages, all of it shared with a child that has written some.
//
// usage: grown
#include "books.h"

#include <signal.h>
#include <stdlib.h>

#define DEEP (1ul << 20)

static int grow(void)
{
	volatile char deep[DEEP];

	for (size_t i = 0; i < DEEP; i += PAGE)
		deep[i] = 1;
	return deep[0];
}

static char *some(int flags)
{
	char *pages = mmap(NULL, 4 * DEEP, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; i < 4 * DEEP; i += PAGE)
		pages[i] = 1;
	return pages;
}

int main(void)
{
	char *private = some(MAP_PRIVATE);
	long wrong;
	pid_t pid;

	some(MAP_SHARED);
	grow();
	mprotect(private, 16 * PAGE, PROT_NONE);
	pid = fork();
	if (pid == 0) {
		private[DEEP] = 2;
		sys(SYS_kill, getpid(), SIGSTOP);
	}
	waitpid(pid, NULL, WUNTRACED);
	wrong = sys(SYS_ktest, KTEST_CENSUS);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	say("grown: %ld things wrong\n", wrong);
	return wrong != 0;
}
