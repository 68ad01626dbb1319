// The stack: its layout at the start (System V ABI 3.4.1), growth to 8 MiB, and what lies beyond.
#include "say.h"

#include <elf.h>
#include <sys/auxv.h>

#define KIB 1024ul

static const char *stack_top;

static bool on_stack(const void *at)
{
	return (const char *)at > stack_top - 8192 * KIB && (const char *)at < stack_top;
}

static void layout(int argc, char **argv, char **envp)
{
	uint64_t *start = (uint64_t *)argv - 1;
	Elf64_auxv_t *aux;

	say_if("the first stack pointer is aligned", (uintptr_t)start % 16 == 0);
	say_if("it points to the argument count", *start == (uint64_t)argc);
	say_if("the arguments end with NULL", argv[argc] == NULL);
	say_if("the environment follows", envp == argv + argc + 1);
	while (*envp)
		envp++;
	aux = (Elf64_auxv_t *)(envp + 1);
	stack_top = (char *)(((uintptr_t)aux + 1024 * KIB) & -PAGE);
	say_if("strings lie above", argv[0] > (char *)aux && on_stack(argv[0]));
	while (aux->a_type != AT_NULL)
		aux++;
	say_if("the auxiliary vector ends", on_stack(aux));
	say_if("strings lie above its end", argv[0] > (char *)aux);
	for (int i = 1; i < argc; i++)
		say("argument %d: <%s>\n", i, argv[i]);
}

static void vector(void)
{
	const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);
	const Elf64_Phdr *phdr = (const Elf64_Phdr *)getauxval(AT_PHDR);
	int sum = 0;

	for (int i = 0; i < 16; i++)
		sum += random[i];
	say("AT_PAGESZ %lu, AT_PHENT %lu, AT_CLKTCK %lu, AT_FLAGS %lu, AT_BASE %lu, AT_SECURE "
	    "%lu\n",
	    getauxval(AT_PAGESZ), getauxval(AT_PHENT), getauxval(AT_CLKTCK), getauxval(AT_FLAGS),
	    getauxval(AT_BASE), getauxval(AT_SECURE));
	say_if("AT_RANDOM is on the stack", on_stack(random));
	say_if("AT_RANDOM is not all zero", sum != 0);
	say_if("AT_PHDR leads to headers", phdr->p_type == PT_LOAD || phdr->p_type == PT_PHDR);
	say_if("AT_PHNUM is sensible", getauxval(AT_PHNUM) > 0 && getauxval(AT_PHNUM) < 20);
	say_if("AT_EXECFN is on the stack", on_stack((const char *)getauxval(AT_EXECFN)));
	say("AT_PLATFORM %s\n", (const char *)getauxval(AT_PLATFORM));
	say_if("AT_HWCAP has SSE2", getauxval(AT_HWCAP) >> 26 & 1);
	say_if("AT_UID is AT_EUID", getauxval(AT_UID) == getauxval(AT_EUID));
	say_if("AT_GID is AT_EGID", getauxval(AT_GID) == getauxval(AT_EGID));
}

// Moves the stack pointer down and pushes there.
static int push_below(void *kib)
{
	uintptr_t down = (uintptr_t)kib * KIB;

	__asm__ volatile("mov %%rsp, %%rbx\n"
			 "sub %0, %%rsp\n"
			 "push %0\n"
			 "pop %0\n"
			 "mov %%rbx, %%rsp"
			 : "+r"(down)
			 :
			 : "rbx", "memory");
	return down == (uintptr_t)kib * KIB ? 0 : 1;
}

// Goes down page by page, as deep calls do.
static int walk_below(void *kib)
{
	uintptr_t pages = (uintptr_t)kib / 4;

	__asm__ volatile("mov %%rsp, %%rbx\n"
			 "1: sub $4096, %%rsp\n"
			 "push %0\n"
			 "pop %0\n"
			 "dec %0\n"
			 "jnz 1b\n"
			 "mov %%rbx, %%rsp"
			 : "+r"(pages)
			 :
			 : "rbx", "memory");
	return 0;
}

static int calls_below(void *kib)
{
	char here;

	// The kernel writes to a part of the stack that was never touched.
	return sys(SYS_uname, &here - (uintptr_t)kib * KIB) == 0 ? 0 : 1;
}

static void growth(void)
{
	static const uintptr_t sizes[] = {1, 64, 128, 1024, 4096, 7168, 7936};
	static const uintptr_t too_much[] = {8192, 8200, 9000, 16384, 65536};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		say("%lu KiB down: ", sizes[i]);
		say_child("push", push_below, (void *)sizes[i]);
	}
	say_child("walk 7936 KiB", walk_below, (void *)7936);
	say_child("call 256 KiB down", calls_below, (void *)256);
	for (size_t i = 0; i < sizeof(too_much) / sizeof(too_much[0]); i++) {
		say("%lu KiB down: ", too_much[i]);
		say_child("push", push_below, (void *)too_much[i]);
	}
	say_child("walk 9000 KiB", walk_below, (void *)9000);
	say_child("call 9000 KiB down", calls_below, (void *)9000);
}

// A grown stack is copied by fork and can be given back.
static int grown_then_forked(void *arg)
{
	volatile char deep[512 * KIB];

	(void)arg;
	for (size_t i = 0; i < sizeof(deep); i += PAGE)
		deep[i] = (char)(i / PAGE);
	int status = status_of(walk_below, (void *)2048);

	for (size_t i = 0; i < sizeof(deep); i += PAGE)
		if (deep[i] != (char)(i / PAGE))
			return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

int main(int argc, char **argv, char **envp)
{
	layout(argc, argv, envp);
	vector();
	growth();
	say_child("fork with a grown stack", grown_then_forked, NULL);
	return 0;
}
