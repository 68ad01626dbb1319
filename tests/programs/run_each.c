// Runs programs one after another, so that they share a boot.
//
// usage: run_each PROGRAM [ARGS...] [-- PROGRAM [ARGS...]]...
//
// Prints `@begin NAME` before each and `@end NAME exit|signal N` after it, on lines of their own.
#include "say.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int run(void *argv)
{
	char **words = argv;

	return (int)-sys(SYS_execve, words[0], words, NULL);
}

int main(int argc, char **argv)
{
	for (int first = 1, i = 1; i <= argc; i++) {
		if (i < argc && strcmp(argv[i], "--") != 0)
			continue;
		argv[i] = NULL;
		if (argv[first]) {
			say("\n@begin %s\n", base_name(argv[first]));
			int status = status_of(run, &argv[first]);

			say("\n@end %s %s\n", base_name(argv[first]), status_name(status));
		}
		first = i + 1;
	}
	return 0;
}
