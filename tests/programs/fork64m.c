// Touches 64 MiB, forks, and waits for the child, which exits at once: long work in the kernel,
// that must not hold off the timer. A second child touches all of it, to copy every page.
#include "say.h"

#define PAGES (64ul << 20 >> 12)

static char *pages;

static int exits(void *arg)
{
	(void)arg;
	return 0;
}

static int writes_all(void *arg)
{
	(void)arg;
	for (size_t i = 0; i < PAGES; i++) {
		if (pages[i * PAGE] != (char)i)
			return 1;
		pages[i * PAGE]++;
	}
	return 0;
}

int main(void)
{
	pages = fresh_pages(PAGES);
	for (size_t i = 0; i < PAGES; i++)
		pages[i * PAGE] = (char)i;
	int status = status_of(exits, NULL);

	say("fork and exit: %s\n", status_name(status));
	status |= status_of(writes_all, NULL);
	say("fork and copy: %s\n", status_name(status));
	for (size_t i = 0; i < PAGES; i++)
		status |= pages[i * PAGE] != (char)i;
	say_if("the parent's pages are as they were", status == 0);
	status |= munmap(pages, PAGES * PAGE);
	return status == 0 ? 0 : 1;
}
