// End in the way that the argument names: `exit N`, `kill SIGNAL`, or `spin`, which never ends.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "exit") == 0)
		return atoi(argv[2]);
	if (argc > 2 && strcmp(argv[1], "kill") == 0)
		kill(getpid(), atoi(argv[2]));
	if (argc > 1 && strcmp(argv[1], "spin") == 0) {
		for (;;)
			;
	}
	return 99;
}
