/* The kernel's command line: see cmdline.h. */
#include "lib/cmdline.h"

#include "lib/string.h"

/* A place in a word. */
struct word {
	const char *at;
	bool quoted;
};

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next character of the word without its quoting, or NUL at its end. */
static char next_char(struct word *word)
{
	while (*word->at == '"') {
		word->quoted = !word->quoted;
		word->at++;
	}
	if (*word->at == '\0' || (is_space(*word->at) && !word->quoted))
		return '\0';
	if (*word->at == '\\' && word->at[1] != '\0')
		word->at++;
	return *word->at++;
}

/* Whether the word begins with `key` and `end` (NUL: ends there); leaves `word` behind them. */
static bool word_matches(struct word *word, const char *key, char end)
{
	for (; *key != '\0'; key++) {
		if (next_char(word) != *key)
			return false;
	}
	return next_char(word) == end;
}

/* Find the last word with `key` and `end`; `found` is left behind them. */
static bool find_word(const char *line, const char *key, char end, struct word *found)
{
	struct word word = {.at = line};
	bool any = false;

	while (*word.at != '\0') {
		struct word start = word;

		if (is_space(*word.at)) {
			word.at++;
			continue;
		}
		if (word_matches(&start, key, end)) {
			*found = start;
			any = true;
		}
		while (next_char(&word) != '\0')
			;
		word.quoted = false;
	}
	return any;
}

int cmdline_get(const char *line, const char *key, char *buf, size_t size)
{
	struct word word;
	size_t len = 0;

	if (!find_word(line, key, '=', &word))
		return -1;
	for (char c = next_char(&word); c != '\0'; c = next_char(&word)) {
		if (len + 1 < size)
			buf[len] = c;
		len++;
	}
	if (size > 0)
		buf[MIN(len, size - 1)] = '\0';
	return (int)len;
}

bool cmdline_has(const char *line, const char *flag)
{
	struct word word;

	return find_word(line, flag, '\0', &word);
}

/* The value of a digit, or 16 or more when `c` is none. */
static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* Read digits, at least one, at `*text`; false when there are none or the value does not fit. */
static bool parse_digits(const char **text, unsigned base, uint64_t *value)
{
	const char *start = *text;

	*value = 0;
	for (; digit_value(**text) < base; (*text)++) {
		if (__builtin_mul_overflow(*value, base, value) ||
		    __builtin_add_overflow(*value, digit_value(**text), value))
			return false;
	}
	return *text != start;
}

/* The power of two that a suffix stands for, 0 for the end of the text, -1 for anything else. */
static int suffix_shift(const char *text)
{
	static const char suffixes[] = "kmgt";
	const char *found;

	if (*text == '\0')
		return 0;
	found = strchr(suffixes, *text | 0x20);
	if (found == NULL || text[1] != '\0')
		return -1;
	return (int)(found - suffixes + 1) * 10;
}

int cmdline_size(const char *line, const char *key, uint64_t *bytes)
{
	char buf[32];
	const char *text = buf;
	unsigned base = 10;
	uint64_t value;
	int len = cmdline_get(line, key, buf, sizeof(buf));
	int shift;

	if (len < 0)
		return 0;
	if ((size_t)len >= sizeof(buf))
		return -1;
	if (text[0] == '0' && text[1] == 'x') {
		base = 16;
		text += 2;
	}
	if (!parse_digits(&text, base, &value))
		return -1;
	shift = suffix_shift(text);
	if (shift < 0 || value > UINT64_MAX >> shift)
		return -1;
	*bytes = value << shift;
	return 1;
}
