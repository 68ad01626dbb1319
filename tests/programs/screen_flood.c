/* Writes to the terminal what costs its screen most: lines that scroll, erasing, changing colours.
 */
#include <stdio.h>
#include <string.h>

/* So many bytes of `text`, again and again. */
static void repeat(const char *text, size_t bytes)
{
	for (size_t done = 0; done < bytes; done += strlen(text))
		fputs(text, stdout);
}

int main(void)
{
	repeat("\n", 4000);
	repeat("\033[2J", 4000);
	repeat("\033[H\033[99L", 4000);
	repeat("\033[99S", 4000);
	repeat("The quick brown fox jumps over the lazy dog. ", 20000);
	for (int i = 0; i < 8000; i++)
		printf("\033[%dm%c", 31 + i % 7, '!' + i % 90);
	repeat("\033[H\033[2J\033[41m \033[2J\033[40m ", 4000);
	return 0;
}
