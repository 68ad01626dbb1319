/* Strings: see string.h. */
#include "lib/string.h"

#define NO_LIMIT ((size_t)PTRDIFF_MAX) /* no object is larger */

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n] != '\0')
		n++;
	return n;
}

size_t strlen(const char *s)
{
	return strnlen(s, NO_LIMIT);
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (a[i] != b[i])
			return (unsigned char)a[i] - (unsigned char)b[i];
		if (a[i] == '\0')
			break;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, NO_LIMIT);
}

char *strchr(const char *s, int c)
{
	while (*s != (char)c) {
		if (*s == '\0')
			return NULL;
		s++;
	}
	return (char *)(uintptr_t)s;
}

long strscpy(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(src, size);

	if (size == 0)
		return -1;
	if (n < size) {
		memcpy(dst, src, n + 1);
		return (long)n;
	}
	memcpy(dst, src, size - 1);
	dst[size - 1] = '\0';
	return -1;
}
