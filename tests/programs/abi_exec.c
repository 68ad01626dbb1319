// execve: errors, arguments and environment, what the new program has and has not.
//
// usage: abi_exec FOLDER, where the files of tests/abi/exec_files.py are. Started again by itself
// as `abi_exec show WHAT ...` it tells what it was given, as `abi_exec end ...` in how many words.
#include "say.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/resource.h>

#define KIB	     1024ul
#define ARG_MAX_SIZE (128 * KIB) // of one argument, with its NUL (Linux's MAX_ARG_STRLEN)
#define MXCSR_INIT   0x1f80u
#define FCW_INIT     0x37fu

extern char **environ;
extern const char __ehdr_start[];

static const char *self;
static const char *folder;

static const char *in_folder(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

// --- the other side --------------------------------------------------------------------------

static int show_arguments(int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		say("  argument <%.100s> of %zu\n", argv[i], strlen(argv[i]));
	for (char **env = environ; *env; env++)
		say("  environment <%.100s>\n", *env);
	return argc;
}

// What is left of the program before, see disorder().
static int show_state(unsigned long mapping)
{
	static char bss[4 * PAGE];
	uint32_t mxcsr;
	uint16_t fcw;
	bool zero = true;
	uint64_t gs = 1, mask = 0;

	__asm__ volatile("stmxcsr %0; fnstcw %1" : "=m"(mxcsr), "=m"(fcw));
	sys(SYS_arch_prctl, ARCH_GET_GS, &gs);
	sys(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8);
	for (size_t i = 0; i < sizeof(bss); i++)
		zero &= bss[i] == 0;
	say_if("  bss is zero", zero);
	say_if("  MXCSR and FCW are initial", mxcsr == MXCSR_INIT && fcw == FCW_INIT);
	say_if("  GS base is 0", gs == 0);
	say("  signal mask %#llx\n", (unsigned long long)mask);
	say_if("  the old mapping is gone", sys(SYS_mprotect, mapping, PAGE, PROT_READ) == -ENOMEM);
	say_if("  write to 1 works", sys(SYS_write, 1, "", 0) == 0);
	say_result("  write to 77", sys(SYS_write, 77, "", 0));
	return 3;
}

static int show_vector(void)
{
	const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);
	int sum = 0;

	for (int i = 0; i < 16; i++)
		sum += random[i];
	say_if("  AT_PHDR is the image's", getauxval(AT_PHDR) == (unsigned long)__ehdr_start + 64);
	say_if("  AT_ENTRY is in the image", getauxval(AT_ENTRY) > (unsigned long)__ehdr_start);
	say_if("  AT_RANDOM is filled", sum != 0);
	say("  AT_EXECFN ends in %s\n", strrchr((char *)getauxval(AT_EXECFN), '/'));
	return 0;
}

static int show(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[2], "state") == 0)
		return show_state(strtoul(argv[3], NULL, 0));
	if (argc > 2 && strcmp(argv[2], "vector") == 0)
		return show_vector();
	return show_arguments(argc, argv);
}

// --- this side -------------------------------------------------------------------------------

struct exec {
	const char *path;
	char **argv, **envp;
};

static int run_exec(void *arg)
{
	const struct exec *e = arg;

	say("  failed: %s\n", result_name(sys(SYS_execve, e->path, e->argv, e->envp)));
	return 100;
}

static void say_exec(const char *what, const char *path, char **argv, char **envp)
{
	say("%s\n", what);
	say_child("  ended", run_exec, &(struct exec){path, argv, envp});
}

static void arguments(void)
{
	char *plain[] = {"name", "show", "one", "", "with spaces", "\"q'\n$x", NULL};
	char *none[] = {"name", "show", NULL};
	char *env[] = {"A=1", "", "B=two words", NULL};
	char *no_env[] = {NULL};

	say_exec("arguments and environment", self, plain, env);
	say_exec("no environment", self, none, no_env);
	say_exec("environment NULL", self, none, NULL);
	say_exec("vector", self, (char *[]){"name", "show", "vector", NULL}, no_env);
}

// Leaves signals blocked, a GS base, and the FPU in disorder for the next program.
static int disorder(void *path)
{
	uint64_t mask = 1 << (SIGTERM - 1);
	uint32_t mxcsr = 0x7f80;
	uint16_t fcw = 0xf7f;
	char number[32], *map = fresh_pages(1);

	snprintf(number, sizeof(number), "%lu", (unsigned long)map);
	sys(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
	sys(SYS_arch_prctl, ARCH_SET_GS, map);
	__asm__ volatile("pcmpeqd %%xmm0, %%xmm0; pcmpeqd %%xmm15, %%xmm15; fldpi; fldpi" ::
				 : "xmm0", "xmm15");
	__asm__ volatile("ldmxcsr %0; fldcw %1" ::"m"(mxcsr), "m"(fcw));
	sys(SYS_execve, path, ((char *[]){"name", "show", "state", number, NULL}), NULL);
	return 100;
}

static char *long_string(size_t size)
{
	char *string = fresh_pages(size / PAGE + 1);

	memset(string, 'x', size - 1);
	return string;
}

static void sizes(void)
{
	char *most = long_string(ARG_MAX_SIZE), *more = long_string(ARG_MAX_SIZE + 1);
	static char *many[60] = {"name", "show"};
	char *no_env[] = {NULL};

	say_exec("the longest argument", self, (char *[]){"name", "show", most, NULL}, no_env);
	say_exec("one longer", self, (char *[]){"name", "show", more, NULL}, no_env);
	say_exec("in the environment", self, (char *[]){"name", "show", NULL},
		 (char *[]){more, NULL});
	for (int i = 2; i < 12; i++)
		many[i] = most;
	say_exec("more than a megabyte", self, many, no_env);
	for (int i = 2; i < 50; i++)
		many[i] = most;
	say_exec("more than a quarter of the stack", self, many, no_env);
}

// All strings have a quarter of what the stack is limited to, at least 128 KiB and at most 6 MiB.
static int sizes_in_child(void *arg)
{
	static const struct {
		unsigned long stack;
		size_t length;
		int most;
	} cases[] = {
		{64ul << 20, ARG_MAX_SIZE - 100, 48},
		{16ul << 20, ARG_MAX_SIZE - 100, 32},
		{1ul << 20, 8192, 31},
		{256 * KIB, 8192, 15},
		{192 * KIB, 1024, 126},
	};
	static char *many[140] = {"name", "end"};
	char *no_env[] = {NULL};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rlimit limit = {cases[i].stack, RLIM_INFINITY};
		char *string = long_string(cases[i].length);

		say_result("limit of the stack", sys(SYS_setrlimit, RLIMIT_STACK, &limit));
		for (int j = 0; j <= cases[i].most; j++)
			many[2 + j] = string;
		say_exec("one too many", self, many, no_env);
		many[2 + cases[i].most] = NULL;
		say_exec("the most", self, many, no_env);
	}
	return 0;
}

static void pointers(void)
{
	char *good[] = {"name", "show", NULL}, *edge;
	char *bad_string[] = {"name", (char *)KERNEL_ADDR, NULL};
	char *hole[] = {"name", (char *)8, NULL};

	pages_before_edge(1, &edge);
	say_exec("path NULL", NULL, good, NULL);
	say_exec("path in the kernel", (char *)KERNEL_ADDR, good, NULL);
	say_exec("path non-canonical", (char *)NON_CANONICAL, good, NULL);
	edge[-1] = edge[-2] = '/';
	say_exec("path over an edge", edge - 2, good, NULL);
	say_exec("arguments in the kernel", self, (char **)KERNEL_ADDR, NULL);
	say_exec("an argument in the kernel", self, bad_string, NULL);
	say_exec("an argument in a hole", self, hole, NULL);
	say_exec("environment in the kernel", self, good, (char **)KERNEL_ADDR);
	say_exec("a variable in a hole", self, good, hole);
	((char **)edge)[-1] = "name";
	say_exec("arguments over an edge", self, (char **)edge - 1, NULL);
	edge[-1] = 'x';
	say_exec("an argument over an edge", self, (char *[]){"name", edge - 1, NULL}, NULL);
}

static void paths(void)
{
	char *good[] = {"name", "show", NULL};
	static char path[5000];

	say_exec("empty path", "", good, NULL);
	say_exec("no such file", in_folder("missing"), good, NULL);
	memset(path, '/', sizeof(path) - 1);
	say_exec("path of 4999", path, good, NULL);
	path[4096] = 0;
	say_exec("path of 4096", path, good, NULL);
}

// Each is a file that exec must refuse, and why.
static void files(void)
{
	static const char *const names[] = {
		"empty",     "text",	 "short",	 "magic",  "machine", "relocatable",
		"phentsize", "no_phdrs", "phdrs_beyond", "interp", "plain",
	};
	char *good[] = {"name", "show", NULL};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		say_exec(names[i], in_folder(names[i]), good, NULL);
	say_exec("an entry in a hole", in_folder("entry"), good, NULL);
	say_exec("a copy", in_folder("copy"), good, NULL);
	say_exec("static-pie", in_folder("exec_pie"), good, NULL);
}

// exec after exec, in one process.
static int chain(char **argv)
{
	int left = atoi(argv[2]);
	char next[16];

	snprintf(next, sizeof(next), "%d", left - 1);
	if (left == 0)
		return 5;
	sys(SYS_execve, self, ((char *[]){"name", "chain", next, NULL}), NULL);
	return 100;
}

static int start_chain(void *arg)
{
	return chain((char *[]){"name", "chain", arg, NULL});
}

int main(int argc, char **argv)
{
	self = (const char *)getauxval(AT_EXECFN);
	if (argc > 1 && strcmp(argv[1], "show") == 0)
		return show(argc, argv);
	if (argc > 1 && strcmp(argv[1], "end") == 0)
		return argc - 2;
	if (argc > 2 && strcmp(argv[1], "chain") == 0)
		return chain(argv);
	if (argc < 2)
		return 99;
	folder = argv[1];
	arguments();
	say("state\n");
	say_child("  ended", disorder, (void *)self);
	say("first registers\n");
	say_child("  ended", disorder, (void *)in_folder("entry_state"));
	sizes();
	pointers();
	paths();
	files();
	say_child("strings", sizes_in_child, NULL);
	say_child("100 times exec", start_chain, "100");
	return 0;
}
