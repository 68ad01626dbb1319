#include "core/panic_report.h"

#include "core/report_words.h"
#include "lib/base45.h"
#include "lib/crc32.h"
#include "lib/lzss.h"
#include "lib/string.h"

#define WORDS	  (sizeof(report_words) - 1)
#define OWN_MAX	  KIB(3)
#define LOG_MAX	  1000 /* characters of the log's last lines */
#define TEXT_MAX  KIB(6)
#define BYTES_MAX 1500
#define HEADER	  6 /* bytes: the CRC-32 and the length of the text */

static const char mark[] = "STOA1:";
#define MARK (sizeof(mark) - 1)

static char text[WORDS + TEXT_MAX]; /* the words, and then the report */
static size_t used;		    /* of the report */
static size_t part_start[REPORT_PARTS + 1];
static enum report_part recorded = REPORT_OWN;
static bool full; /* a line did not fit: what follows it is left out, too */

/* `length` characters more are there; those that the compressor does not have become '?'. */
static void take(size_t length)
{
	for (char *c = text + WORDS + used; c < text + WORDS + used + length; c++) {
		if (*c != '\n' && (*c < ' ' || *c > '~'))
			*c = '?';
	}
	used += length;
}

static void append(const char *line, size_t length, size_t limit)
{
	full |= used + length > limit;
	if (full)
		return;
	memcpy(text + WORDS + used, line, length);
	take(length);
}

/* Lines of the report come at once: one time tells it for all. */
static size_t time_length(const char *line, size_t length)
{
	for (size_t i = 0; used && i + 1 < length; i++) {
		if (line[i] == ']' && line[i + 1] == ' ')
			return i + 2;
	}
	return 0;
}

static void record(const char *line, size_t length)
{
	size_t skipped = time_length(line, length);

	append(line + skipped, length - skipped, recorded == REPORT_OWN ? OWN_MAX : TEXT_MAX);
}

struct log_sink panic_record = {.write = record};

static void append_heading(const char *line)
{
	append(line, strlen(line), TEXT_MAX);
}

void panic_report_others(void)
{
	full = false;
	part_start[REPORT_LOG] = used;
	append_heading("last lines of the log\n");
	take(log_last_lines(text + WORDS + used, LOG_MAX));
	part_start[REPORT_OTHERS] = used;
	append_heading("other CPUs\n");
	recorded = REPORT_OTHERS;
}

const char *panic_report_part(enum report_part part, size_t *length)
{
	size_t end = part < recorded ? part_start[part + 1] : used;

	*length = end - part_start[part];
	return text + WORDS + part_start[part];
}

static void put_little_endian(uint8_t *bytes, uint32_t value, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
}

/* Into at most `room` bytes; returns how many. */
static size_t compress(uint8_t *bytes, size_t room)
{
	size_t size, taken;

	memcpy(text, report_words, WORDS);
	size = lzss_compress(text, WORDS, WORDS + used, bytes + HEADER, room - HEADER, &taken);
	put_little_endian(bytes, crc32(0, text + WORDS, taken), 4);
	put_little_endian(bytes + 4, (uint32_t)taken, 2);
	return HEADER + size;
}

size_t panic_report_code(char *code, size_t room)
{
	static uint8_t bytes[BYTES_MAX];
	size_t size = compress(bytes, MIN((room - MARK) / 3 * 2, (size_t)BYTES_MAX));

	memcpy(code, mark, MARK);
	base45_encode(bytes, size, code + MARK);
	return MARK + base45_length(size);
}
