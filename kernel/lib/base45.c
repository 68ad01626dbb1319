#include "lib/base45.h"

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

void base45_encode(const uint8_t *bytes, size_t length, char *text)
{
	for (size_t i = 0; i < length; i += 2) {
		bool pair = i + 1 < length;
		unsigned value = pair ? bytes[i] * 256U + bytes[i + 1] : bytes[i];

		for (int n = pair ? 3 : 2; n > 0; n--) {
			*text++ = digits[value % 45];
			value /= 45;
		}
	}
}

int base45_value(char c)
{
	for (int value = 0; digits[value]; value++) {
		if (digits[value] == c)
			return value;
	}
	return -1;
}
