// Large regions, where both kernels use large pages: what fork, munmap, mprotect, madvise, and the
// end of a process make of parts of them. Only contents can be seen.
#include "say.h"
#include <signal.h>
#include <sys/utsname.h>

#define LARGE (2ul << 20)
#define SIZE  (8 * LARGE)
#define PLACE ((char *)0x200000100000) // half a large page above a boundary

static uint64_t *word(char *at, unsigned long page)
{
	return (uint64_t *)(at + page * PAGE + 8 * (page % 500));
}

static char *map_filled(uint64_t tag)
{
	char *at = mmap(PLACE, SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (at != PLACE)
		_exit(98);
	for (unsigned long i = 0; i < SIZE / PAGE; i++)
		*word(at, i) = tag + i;
	return at;
}

// How many pages of [first, end) hold what map_filled() put there, and how many only zeros.
static void count(const char *what, char *at, unsigned long first, unsigned long end, uint64_t tag)
{
	unsigned long kept = 0, zero = 0;

	for (unsigned long i = first; i < end; i++) {
		kept += *word(at, i) == tag + i;
		zero += *word(at, i) == 0;
	}
	say("%s: %lu pages, %lu kept, %lu zero\n", what, end - first, kept, zero);
}

// The first boundary of a large page above `at`, as a page number.
static unsigned long boundary(const char *at)
{
	return (LARGE - (unsigned long)at % LARGE) % LARGE / PAGE;
}

static int child(void (*run)(char *at, unsigned long first), char *at)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		run(at, boundary(at));
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void write_every_third(char *at, unsigned long first)
{
	count("in the child", at, 0, SIZE / PAGE, 1000);
	for (unsigned long i = first; i < SIZE / PAGE; i += 3)
		*word(at, i) = 7;
	count("after writing there", at, 0, SIZE / PAGE, 1000);
}

static void unmap_parts(char *at, unsigned long first)
{
	say("munmap %ld\n", sys(SYS_munmap, at + (first + 100) * PAGE, 700 * PAGE));
	count("below the hole", at, 0, first + 100, 1000);
	count("above the hole", at, first + 800, SIZE / PAGE, 1000);
	*word(at, first + 99) = 1;
	*word(at, first + 800) = 1;
	*word(at, first + 400) = 1;
	say("WRONG: the hole is there\n");
}

static void protect_part(char *at, unsigned long first)
{
	char *there = at + (first + 600) * PAGE;

	say("read-only %ld\n", sys(SYS_mprotect, there, 300 * PAGE, PROT_READ));
	count("read-only", at, 0, SIZE / PAGE, 1000);
	say("none %ld\n", sys(SYS_mprotect, there, 100 * PAGE, PROT_NONE));
	say("write from there %ld\n", sys(SYS_write, 1, there, 1));
	say("all again %ld\n", sys(SYS_mprotect, at, SIZE, PROT_READ | PROT_WRITE));
	count("all again", at, 0, SIZE / PAGE, 1000);
	for (unsigned long i = 0; i < SIZE / PAGE; i++)
		*word(at, i) = 5;
	say("none of all %ld\n", sys(SYS_mprotect, at, SIZE, PROT_NONE));
	say("and back %ld\n", sys(SYS_mprotect, at, SIZE, PROT_READ));
	count("and back", at, 0, SIZE / PAGE, 5);
	*word(at, first + 1000) = 5;
	say("WRONG: it can be written\n");
}

static void discard_part(char *at, unsigned long first)
{
	say("part %ld\n", sys(SYS_madvise, at + (first + 10) * PAGE, 50 * PAGE, MADV_DONTNEED));
	count("part discarded", at, 0, SIZE / PAGE, 1000);
	say("one whole %ld\n",
	    sys(SYS_madvise, at + (first + 512) * PAGE, 512 * PAGE, MADV_DONTNEED));
	count("one whole", at, 0, SIZE / PAGE, 1000);
	for (unsigned long i = 0; i < SIZE / PAGE; i++)
		*word(at, i) = 1000 + i;
	count("written again", at, 0, SIZE / PAGE, 1000);
}

static void fork_again(char *at, unsigned long first)
{
	say("grandchild ends with %d\n", child(write_every_third, at) != 0);
	say("grandchild ends with %d\n", WTERMSIG(child(unmap_parts, at)));
	count("its parent", at, 0, SIZE / PAGE, 1000);
	*word(at, first + 3) = 9;
	say("grandchild ends with %d\n", WTERMSIG(child(unmap_parts, at)));
	count("its parent", at, 0, SIZE / PAGE, 1000);
}

static void be_killed(char *at, unsigned long first)
{
	for (unsigned long i = first; i < SIZE / PAGE; i += 700)
		*word(at, i) = 7;
	kill(getpid(), SIGKILL);
}

// Memory that a system call is the first to touch.
static void filled_by_kernel(void)
{
	char *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long first = boundary(at);
	struct utsname *name = (void *)(at + (first + 512 + 1) * PAGE - 70);

	say("uname %ld, %s\n", sys(SYS_uname, name), name->machine);
	at[(first + 520) * PAGE] = 1;
	say("uname %ld, %s\n", sys(SYS_uname, name), name->machine);
	say("munmap %ld\n", sys(SYS_munmap, at, SIZE));
}

static void run(const char *name, void (*what)(char *at, unsigned long first), char *at)
{
	int status;

	say("--- %s\n", name);
	status = child(what, at);
	say("status %d, signal %d\n", status >> 8, status & 127);
	count("the parent", at, 0, SIZE / PAGE, 1000);
}

int main(void)
{
	char *at = map_filled(1000);

	run("write", write_every_third, at);
	run("munmap", unmap_parts, at);
	run("mprotect", protect_part, at);
	run("madvise", discard_part, at);
	run("fork again", fork_again, at);
	run("kill", be_killed, at);
	filled_by_kernel();
	return 0;
}
