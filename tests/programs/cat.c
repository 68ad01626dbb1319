// What is read from the standard input is written to the standard output, a read at a time, in
// brackets; ends at its end.
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	char bytes[100], line[120];
	ssize_t n;

	while ((n = read(0, bytes, sizeof(bytes))) > 0)
		if (write(1, line, (size_t)sprintf(line, "[%.*s]\n", (int)n, bytes)) < 0)
			return 99;
	return n == 0 ? 0 : 1;
}
