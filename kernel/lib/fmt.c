/* Formatted text: see fmt.h. */
#include "lib/fmt.h"

#include "lib/string.h"

/* Where the text goes. `len` counts on when the buffer is full. */
struct sink {
	char *buf;
	size_t size;
	size_t len;
};

/* One conversion, decoded. */
struct spec {
	bool left;
	bool zeros;
	bool prefix;
	int width;
	int precision; /* -1: none */
	int longs;     /* 0: int, 1 or more: 64 bits */
	char conv;
};

/* All arguments, behind a pointer that can be passed on. */
struct arglist {
	va_list ap;
};

#define WIDTH_MAX 4096 /* more is a mistake in the format; also keeps the sums from overflowing */

static void put(struct sink *out, char c)
{
	if (out->len + 1 < out->size)
		out->buf[out->len] = c;
	out->len++;
}

static void put_bytes(struct sink *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put(out, s[i]);
}

static void fill(struct sink *out, char c, int n)
{
	for (; n > 0; n--)
		put(out, c);
}

/* A decimal number, or a star: then the argument. */
static int parse_number(const char **fmt, struct arglist *args)
{
	int n = 0;

	if (**fmt == '*') {
		(*fmt)++;
		n = va_arg(args->ap, int);
		if (n < -WIDTH_MAX)
			return -WIDTH_MAX;
		return MIN(n, WIDTH_MAX);
	}
	for (; **fmt >= '0' && **fmt <= '9'; (*fmt)++)
		n = MIN(n * 10 + (**fmt - '0'), WIDTH_MAX);
	return n;
}

static void parse_flags(const char **fmt, struct spec *spec)
{
	for (;; (*fmt)++) {
		if (**fmt == '-')
			spec->left = true;
		else if (**fmt == '0')
			spec->zeros = true;
		else if (**fmt == '#')
			spec->prefix = true;
		else
			return;
	}
}

/* Decode the conversion that follows a %; leaves `fmt` behind its letter. */
static struct spec parse_spec(const char **fmt, struct arglist *args)
{
	struct spec spec = {.precision = -1};

	parse_flags(fmt, &spec);
	spec.width = parse_number(fmt, args);
	if (spec.width < 0) {
		spec.left = true;
		spec.width = -spec.width;
	}
	if (**fmt == '.') {
		(*fmt)++;
		spec.precision = parse_number(fmt, args);
	}
	for (; **fmt == 'l' || **fmt == 'z'; (*fmt)++)
		spec.longs++;
	spec.conv = **fmt;
	if (spec.conv != '\0')
		(*fmt)++;
	return spec;
}

/* `body` behind `prefix`, filled up to the width of `spec`. */
static void put_padded(struct sink *out, const struct spec *spec, const char *prefix,
		       const char *body, size_t len)
{
	size_t prefix_len = strlen(prefix);
	size_t total = prefix_len + len;
	int pad = total < (size_t)spec->width ? spec->width - (int)total : 0;
	bool zeros = spec->zeros && !spec->left;

	if (!spec->left && !zeros)
		fill(out, ' ', pad);
	put_bytes(out, prefix, prefix_len);
	if (zeros)
		fill(out, '0', pad);
	put_bytes(out, body, len);
	if (spec->left)
		fill(out, ' ', pad);
}

static void put_number(struct sink *out, const struct spec *spec, const char *prefix,
		       uint64_t value, unsigned base)
{
	const char *digits = spec->conv == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[20]; /* 2^64-1 has 20 decimal digits */
	size_t at = sizeof(text);

	do {
		text[--at] = digits[value % base];
		value /= base;
	} while (value != 0);
	put_padded(out, spec, prefix, text + at, sizeof(text) - at);
}

static void put_string(struct sink *out, struct spec *spec, const char *s)
{
	size_t len;

	if (s == NULL)
		s = "(null)";
	len = spec->precision < 0 ? strlen(s) : strnlen(s, (size_t)spec->precision);
	spec->zeros = false;
	put_padded(out, spec, "", s, len);
}

static void put_signed(struct sink *out, const struct spec *spec, struct arglist *args)
{
	int64_t value = spec->longs ? va_arg(args->ap, long) : va_arg(args->ap, int);
	uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	put_number(out, spec, value < 0 ? "-" : "", size, 10);
}

static void put_unsigned(struct sink *out, const struct spec *spec, struct arglist *args)
{
	uint64_t value = spec->longs ? va_arg(args->ap, unsigned long) : va_arg(args->ap, unsigned);
	unsigned base = spec->conv == 'u' ? 10 : 16;

	put_number(out, spec, spec->prefix && base == 16 ? "0x" : "", value, base);
}

/* Print one conversion; false when there is no such. */
static bool put_spec(struct sink *out, struct spec *spec, struct arglist *args)
{
	char c;

	switch (spec->conv) {
	case 'd':
	case 'i':
		put_signed(out, spec, args);
		return true;
	case 'u':
	case 'x':
	case 'X':
		put_unsigned(out, spec, args);
		return true;
	case 'p':
		put_number(out, spec, "0x", (uintptr_t)va_arg(args->ap, void *), 16);
		return true;
	case 's':
		put_string(out, spec, va_arg(args->ap, const char *));
		return true;
	case 'c':
		c = (char)va_arg(args->ap, int);
		spec->zeros = false;
		put_padded(out, spec, "", &c, 1);
		return true;
	case '%':
		put(out, '%');
		return true;
	default:
		return false;
	}
}

int fmt_vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct sink out = {.buf = buf, .size = size};
	struct arglist list;

	va_copy(list.ap, args);
	while (*fmt != '\0') {
		const char *start = fmt;
		struct spec spec;

		if (*fmt++ != '%') {
			put(&out, *start);
			continue;
		}
		spec = parse_spec(&fmt, &list);
		if (!put_spec(&out, &spec, &list)) {
			put_bytes(&out, start, strlen(start));
			break;
		}
	}
	va_end(list.ap);
	if (size > 0)
		buf[MIN(out.len, size - 1)] = '\0';
	return (int)out.len;
}

int fmt_snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = fmt_vsnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}
