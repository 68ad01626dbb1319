/*
 * Memory and strings, compatible with the C library's <string.h>, whose functions serve on the
 * host. In the kernel the mem* functions are those of arch/x86_64/string.S.
 */
#pragma once

#include "lib/base.h"

/* Memory: copy, copy what may overlap, fill, compare. */
void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/* Strings, ended by NUL: length, compare, first place of a character (or NULL). */
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);

/*
 * Copy the string `src` into the `size` bytes at `dst`, cut off where it does not fit. `dst` is
 * always terminated, unless `size` is 0. Returns the length of `dst`, or -1 when it was cut.
 */
long strscpy(char *dst, const char *src, size_t size);
