// Says hello, with its arguments one a line, and ends well.
#include <stdio.h>

int main(int argc, char **argv)
{
	puts("Hello from userspace!");
	for (int i = 1; i < argc; i++)
		printf("argument %d: %s\n", i, argv[i]);
	return 0;
}
