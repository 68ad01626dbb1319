/* Bytes as text of the 45 characters that a QR code packs best (RFC 9285). Pure code. */
#pragma once

#include "lib/base.h"

/* Characters that `length` bytes become, without an end. */
static inline size_t base45_length(size_t length)
{
	return length / 2 * 3 + length % 2 * 2;
}

/* Write them, base45_length(length) of them, to `text`; no NUL. */
void base45_encode(const uint8_t *bytes, size_t length, char *text);

/* The value of such a character, or -1. */
int base45_value(char c);
