// madvise: errors, what is dropped and kept, what a child gets.
#include "say.h"

#include <sys/resource.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif

static long advise(void *at, size_t size, int advice)
{
	return sys(SYS_madvise, at, size, advice);
}

static const struct {
	const char *name;
	int advice;
} ADVICE[] = {
	{"NORMAL", MADV_NORMAL},
	{"RANDOM", MADV_RANDOM},
	{"SEQUENTIAL", MADV_SEQUENTIAL},
	{"WILLNEED", MADV_WILLNEED},
	{"DONTNEED", MADV_DONTNEED},
	{"FREE", MADV_FREE},
	{"REMOVE", MADV_REMOVE},
	{"DONTFORK", MADV_DONTFORK},
	{"DOFORK", MADV_DOFORK},
	{"HUGEPAGE", MADV_HUGEPAGE},
	{"NOHUGEPAGE", MADV_NOHUGEPAGE},
	{"DONTDUMP", MADV_DONTDUMP},
	{"DODUMP", MADV_DODUMP},
	{"WIPEONFORK", MADV_WIPEONFORK},
	{"KEEPONFORK", MADV_KEEPONFORK},
	{"COLD", MADV_COLD},
	{"PAGEOUT", MADV_PAGEOUT},
	{"POPULATE_READ", MADV_POPULATE_READ},
	{"POPULATE_WRITE", MADV_POPULATE_WRITE},
	{"DONTNEED_LOCKED", MADV_DONTNEED_LOCKED},
};

#define ADVICES (sizeof(ADVICE) / sizeof(ADVICE[0]))

static void errors(void)
{
	char *at = fresh_pages(1);

	say_result("unknown advice", advise(at, PAGE, 12345));
	say_result("advice -1", advise(at, PAGE, -1));
	say_result("unaligned", advise(at + 1, PAGE, MADV_DONTNEED));
	say_result("nothing", advise(at, 0, MADV_DONTNEED));
	say_result("nothing, unaligned", advise(at + 1, 0, MADV_DONTNEED));
	say_result("wraps", advise(at, -1, MADV_DONTNEED));
	say_result("half of all", advise(at, 1ul << 63, MADV_NORMAL));
}

// Each advice for memory of several kinds.
static void kinds(void)
{
	char *holes = fresh_pages(4);
	char *shared =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *none = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *read_only = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(holes + PAGE, PAGE);
	for (size_t i = 0; i < ADVICES; i++) {
		say("%s:", ADVICE[i].name);
		say(" private %s", result_name(advise(fresh_pages(3), 2 * PAGE, ADVICE[i].advice)));
		say(" shared %s", result_name(advise(shared, PAGE, ADVICE[i].advice)));
		say(" no access %s", result_name(advise(none, PAGE, ADVICE[i].advice)));
		say(" read-only %s", result_name(advise(read_only, PAGE, ADVICE[i].advice)));
		say(" hole inside %s", result_name(advise(holes, 3 * PAGE, ADVICE[i].advice)));
		say(" hole first %s",
		    result_name(advise(holes + PAGE, 2 * PAGE, ADVICE[i].advice)));
		say(" hole %s\n", result_name(advise(holes + PAGE, PAGE, ADVICE[i].advice)));
	}
}

static void dropping(void)
{
	char *at = fresh_pages(4);
	char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	memset(at, 1, 4 * PAGE);
	*shared = 1;
	say_result("DONTNEED of the middle", advise(at + PAGE, 2 * PAGE, MADV_DONTNEED));
	say("contents %d %d %d %d\n", at[0], at[PAGE], at[2 * PAGE], at[3 * PAGE]);
	say_result("DONTNEED of shared memory", advise(shared, PAGE, MADV_DONTNEED));
	say("contents %d\n", *shared);
	memset(at, 2, PAGE);
	say_result("FREE", advise(at, PAGE, MADV_FREE));
	at[0] = 3;
	say("written since: %d\n", at[0]);
}

static int all_zero(void *at)
{
	const char *bytes = at;

	for (size_t i = 0; i < PAGE; i++)
		if (bytes[i])
			return 1;
	return 0;
}

static int write_third(void *at)
{
	((volatile char *)at)[2 * PAGE] = 7;
	return advise(at, PAGE, MADV_REMOVE) == 0 ? 0 : 1;
}

// A hole in memory that others share: they see it too, wherever they have mapped it.
static void removing(void)
{
	size_t pages = 300;
	char *at =
		mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *twice = (char *)sys(SYS_mremap, at, 0, pages * PAGE, 1, 0);

	memset(at, 1, pages * PAGE);
	say_result("REMOVE", advise(at + PAGE, (pages - 2) * PAGE, MADV_REMOVE));
	say("contents %d %d %d\n", at[0], at[PAGE], at[(pages - 1) * PAGE]);
	say("elsewhere %d %d %d\n", twice[0], twice[PAGE], twice[(pages - 1) * PAGE]);
	twice[PAGE] = 5;
	say("written there: %d\n", at[PAGE]);
	say_child("a child removes the first, and writes", write_third, at);
	say("contents %d, %d, %d\n", at[0], at[PAGE], at[2 * PAGE]);
	munmap(twice, pages * PAGE);
	memset(at, 2, pages * PAGE);
	say_result("REMOVE of all", advise(at, pages * PAGE, MADV_REMOVE));
	say_child("zero in a child", all_zero, at + 40 * PAGE);
	at[0] = 3;
	char *longer = (char *)sys(SYS_mremap, at, pages * PAGE, 600 * PAGE, 1, 0);

	say_result("REMOVE behind its end", advise(longer + pages * PAGE, 300 * PAGE, MADV_REMOVE));
	say("contents %d\n", longer[0]);
	at = longer;
	mlock(at + 2 * PAGE, PAGE);
	say_result("REMOVE of a locked one", advise(at + 2 * PAGE, PAGE, MADV_REMOVE));
}

static int first_byte(void *at)
{
	return *(volatile char *)at;
}

static int write_first(void *at)
{
	*(volatile char *)at = 9;
	return *(volatile char *)at;
}

// What a child of a child gets: the advice is inherited.
static int in_grandchild(void *at)
{
	*(volatile char *)at = 9;
	int status = status_of(first_byte, at);

	return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static void forking(void)
{
	char *at = fresh_pages(3);

	memset(at, 5, 3 * PAGE);
	say_result("DONTFORK", advise(at + PAGE, PAGE, MADV_DONTFORK));
	say_child("child, before", first_byte, at);
	say_child("child, there", first_byte, at + PAGE);
	say_child("child, behind", first_byte, at + 2 * PAGE);
	say_result("DOFORK", advise(at, 3 * PAGE, MADV_DOFORK));
	say_child("child, there", first_byte, at + PAGE);
	say_result("WIPEONFORK", advise(at + PAGE, PAGE, MADV_WIPEONFORK));
	say_child("child, before", first_byte, at);
	say_child("child, there", first_byte, at + PAGE);
	say_child("child writes it", write_first, at + PAGE);
	say_child("grandchild", in_grandchild, at + PAGE);
	say("here %d %d %d\n", at[0], at[PAGE], at[2 * PAGE]);
	say_result("KEEPONFORK", advise(at, 3 * PAGE, MADV_KEEPONFORK));
	say_child("child, there", first_byte, at + PAGE);
}

static int in_core(char *at)
{
	unsigned char there = 9;

	return sys(SYS_mincore, at, PAGE, &there) ? -1 : there & 1;
}

static void populating(void)
{
	char *at = fresh_pages(200);

	say_result("POPULATE_READ", advise(at, 100 * PAGE, MADV_POPULATE_READ));
	say_result("POPULATE_WRITE", advise(at, 200 * PAGE, MADV_POPULATE_WRITE));
	say("in core %d %d\n", in_core(at), in_core(at + 199 * PAGE));
	mprotect(at + 50 * PAGE, PAGE, PROT_READ);
	say_result("WRITE over a read-only page", advise(at, 100 * PAGE, MADV_POPULATE_WRITE));
	say_result("READ over a read-only page", advise(at, 100 * PAGE, MADV_POPULATE_READ));
	mprotect(at + 50 * PAGE, PAGE, PROT_NONE);
	say_result("READ over no access", advise(at, 100 * PAGE, MADV_POPULATE_READ));
	munmap(at + 50 * PAGE, PAGE);
	say_result("READ over a hole", advise(at, 100 * PAGE, MADV_POPULATE_READ));
}

int main(void)
{
	errors();
	kinds();
	dropping();
	removing();
	forking();
	populating();
	return 0;
}
