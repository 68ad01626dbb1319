// Computes for ever, or for so many milliseconds. usage: spin [MILLISECONDS]
#include <stdlib.h>
#include <time.h>

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	long end = argc > 1 ? now_ms() + atol(argv[1]) : 0;

	for (volatile unsigned long i = 0;; i++)
		if (argc > 1 && i % 10000 == 0 && now_ms() >= end)
			return 0;
}
