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
	int width;     /* STAR: the next argument */
	int precision; /* likewise; negative: none */
	bool wide;     /* the argument has 64 bits, not 32 */
	char conv;
};

#define STAR INT32_MAX

#define WIDTH_MAX 4096 /* more is a mistake in the format; also keeps the sums from overflowing */

/* How many of `n` bytes still fit, in front of the terminating 0. None where there is no buffer. */
static size_t room(const struct sink *out, size_t n)
{
	return out->len + 1 < out->size ? MIN(n, out->size - 1 - out->len) : 0;
}

static void put_bytes(struct sink *out, const char *s, size_t n)
{
	size_t fits = room(out, n);

	if (fits)
		memcpy(out->buf + out->len, s, fits);
	out->len += n;
}

static void fill(struct sink *out, char c, size_t n)
{
	size_t fits = room(out, n);

	if (fits)
		memset(out->buf + out->len, c, fits);
	out->len += n;
}

/* A decimal number, or STAR. */
static int parse_number(const char **fmt)
{
	int n = 0;

	if (**fmt == '*') {
		(*fmt)++;
		return STAR;
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
static struct spec parse_spec(const char **fmt)
{
	struct spec spec = {.precision = -1};

	parse_flags(fmt, &spec);
	spec.width = parse_number(fmt);
	if (**fmt == '.') {
		(*fmt)++;
		spec.precision = parse_number(fmt);
	}
	for (; **fmt == 'l' || **fmt == 'z'; (*fmt)++)
		spec.wide = true;
	spec.conv = **fmt;
	if (spec.conv != '\0')
		(*fmt)++;
	if (spec.conv == 'p' || spec.conv == 's')
		spec.wide = true;
	return spec;
}

/* Put the argument in the place of the star: a negative width means to the left. */
static void set_width(struct spec *spec, int width)
{
	spec->left |= width < 0;
	if (width < -WIDTH_MAX || width > WIDTH_MAX)
		width = WIDTH_MAX;
	spec->width = width < 0 ? -width : width;
}

/* `body` behind `prefix`, filled up to the width of `spec`. */
static void put_padded(struct sink *out, const struct spec *spec, const char *prefix,
		       const char *body, size_t len)
{
	size_t prefix_len = strlen(prefix);
	size_t total = prefix_len + len;
	size_t pad = total < (size_t)spec->width ? (size_t)spec->width - total : 0;
	bool zeros = spec->zeros && !spec->left;

	if (pad && !spec->left && !zeros)
		fill(out, ' ', pad);
	if (prefix_len)
		put_bytes(out, prefix, prefix_len);
	if (pad && zeros)
		fill(out, '0', pad);
	put_bytes(out, body, len);
	if (pad && spec->left)
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

static void put_signed(struct sink *out, const struct spec *spec, uint64_t arg)
{
	int64_t value = spec->wide ? (int64_t)arg : (int32_t)arg;
	uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	put_number(out, spec, value < 0 ? "-" : "", size, 10);
}

static void put_unsigned(struct sink *out, const struct spec *spec, uint64_t arg)
{
	uint64_t value = spec->wide ? arg : (uint32_t)arg;
	unsigned base = spec->conv == 'u' ? 10 : 16;

	put_number(out, spec, spec->prefix && base == 16 ? "0x" : "", value, base);
}

/* Print the argument of one conversion, which is one that is_conversion() knows. */
static void put_spec(struct sink *out, struct spec *spec, uint64_t arg)
{
	char c = (char)arg;

	switch (spec->conv) {
	case 'd':
	case 'i':
		put_signed(out, spec, arg);
		break;
	case 'p':
		put_number(out, spec, "0x", arg, 16);
		break;
	case 's':
		put_string(out, spec, (const char *)(uintptr_t)arg);
		break;
	case 'c':
		spec->zeros = false;
		put_padded(out, spec, "", &c, 1);
		break;
	default: /* u, x, X */
		put_unsigned(out, spec, arg);
		break;
	}
}

static bool is_conversion(char c)
{
	switch (c) {
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'c':
	case 's':
	case 'p':
		return true;
	default:
		return false;
	}
}

/*
 * All arguments are taken here, because a va_list that is a parameter can be neither passed on nor
 * pointed to and then be used again. Each is taken as a number of 32 or 64 bits: the ABI passes
 * integers and pointers alike.
 */
int fmt_vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct sink out = {.buf = buf, .size = size};

	while (*fmt != '\0') {
		const char *start = fmt;
		struct spec spec;

		while (*fmt != '\0' && *fmt != '%')
			fmt++;
		put_bytes(&out, start, (size_t)(fmt - start));
		if (*fmt == '\0')
			break;
		start = fmt++;
		spec = parse_spec(&fmt);
		if (spec.conv == '%') {
			put_bytes(&out, "%", 1);
			continue;
		}
		if (!is_conversion(spec.conv)) {
			put_bytes(&out, start, strlen(start));
			break;
		}
		/* The analyzer loses the list on its way through a parameter. */
		/* NOLINTBEGIN(clang-analyzer-valist.Uninitialized) */
		if (spec.width == STAR)
			set_width(&spec, va_arg(args, int));
		if (spec.precision == STAR)
			spec.precision = va_arg(args, int);
		put_spec(&out, &spec, spec.wide ? va_arg(args, uint64_t) : va_arg(args, uint32_t));
		/* NOLINTEND(clang-analyzer-valist.Uninitialized) */
	}
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
