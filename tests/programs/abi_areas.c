// As many areas as a process may have (vm.max_map_count, 65,530): what fails then, and that it has
// changed nothing.
#include "say.h"

#include <sys/resource.h>

#define RW	  (PROT_READ | PROT_WRITE)
#define ANON	  (MAP_PRIVATE | MAP_ANONYMOUS)
#define AREAS_MAX 65530
#define OTHERS	  30 /* what the program itself and each kernel's own pages may take of them */
#define ROOM	  (2ul * AREAS_MAX * PAGE)

static char *room;  /* inaccessible; every other page of it becomes an area */
static char *whole; /* of four pages */

// Neighbours differ, so that they stay apart.
static long next_area(size_t i)
{
	return sys(SYS_mmap, room + 2 * i * PAGE, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0);
}

static long fill(size_t *count)
{
	long result = 0;

	for (*count = 0; *count < AREAS_MAX; ++*count) {
		result = next_area(*count);
		if (result < 0)
			return result;
	}
	return result;
}

// Each of those needed two, as it split what it lies in: there may be room for one.
static void use_up(void)
{
	while (sys(SYS_mmap, NULL, PAGE, PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS, -1, 0) > 0)
		;
}

static void say_same(const char *what)
{
	say("%s: %d %d %d %d\n", what, whole[0], whole[PAGE], whole[2 * PAGE], whole[3 * PAGE]);
}

// Would take one area more, or two.
static void splitting(void)
{
	say_result("munmap of the middle", sys(SYS_munmap, whole + PAGE, PAGE));
	say_result("mprotect of the middle", sys(SYS_mprotect, whole + PAGE, PAGE, PROT_READ));
	say_result("mprotect of the end", sys(SYS_mprotect, whole + 3 * PAGE, PAGE, PROT_READ));
	say_result("DONTFORK of the middle", sys(SYS_madvise, whole + PAGE, PAGE, MADV_DONTFORK));
	say_result("mlock of the middle", sys(SYS_mlock, whole + PAGE, PAGE));
	whole[PAGE] = 22;
	say_same("as it was");
}

static void moving(void)
{
	long moved = sys(SYS_mremap, whole, 2 * PAGE, 3 * PAGE, 1, 0);

	say_result("mremap of a part", moved);
	moved = sys(SYS_mremap, whole, PAGE, PAGE, 3, room + PAGE);
	say_result("to another area's place", moved);
	say_same("as it was");
}

static void other_calls(void)
{
	say_result("mmap", sys(SYS_mmap, NULL, PAGE, PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	say_result("mprotect of all", sys(SYS_mprotect, whole, 4 * PAGE, PROT_READ));
	say_result("and back", sys(SYS_mprotect, whole, 4 * PAGE, RW));
	say_result("DONTNEED of the middle", sys(SYS_madvise, whole + PAGE, PAGE, MADV_DONTNEED));
	say_same("that needs none");
}

static int child(void *arg)
{
	(void)arg;
	say_same("a child has all of it");
	say_result("munmap of the middle", sys(SYS_munmap, whole + 2 * PAGE, PAGE));
	return 0;
}

static void room_again(void)
{
	say_result("munmap of two areas", sys(SYS_munmap, room, 3 * PAGE));
	say_result("munmap of the middle", sys(SYS_munmap, whole + 2 * PAGE, PAGE));
	say("left: %d %d %d\n", whole[0], whole[PAGE], whole[3 * PAGE]);
}

int main(void)
{
	size_t count;
	long result;

	whole = fresh_pages(4);
	for (size_t i = 0; i < 4; i++)
		whole[i * PAGE] = (char)(i + 1);
	room = mmap(NULL, ROOM, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
	say_if("there is room", room != MAP_FAILED);
	result = fill(&count);
	say_result("at last", result);
	say_if("after so many", 2 * count > AREAS_MAX - OTHERS && 2 * count <= AREAS_MAX);
	use_up();
	splitting();
	moving();
	other_calls();
	say_child("a child", child, NULL);
	room_again();
	say_result("munmap of all", sys(SYS_munmap, room, ROOM));
	return 0;
}
