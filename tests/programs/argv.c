// Write each argument in hexadecimal, one a line: any bytes can be told from any others.
#include <stdio.h>

int main(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		for (const char *c = argv[i]; *c != '\0'; c++)
			printf("%02x", (unsigned char)*c);
		printf("\n");
	}
	return 0;
}
