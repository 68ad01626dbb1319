// Write text to the terminal as it is, and stay. usage: show TEXT
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	size_t length = argc > 1 ? strlen(argv[1]) : 0;

	for (size_t done = 0; done < length;) {
		ssize_t n = write(1, argv[1] + done, length - done);

		if (n <= 0)
			return 1;
		done += (size_t)n;
	}
	for (;;)
		sleep(1000);
}
