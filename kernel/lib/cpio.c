/* Reader of cpio archives: see cpio.h. The format is described in cpio(5). */
#include "lib/cpio.h"

#include "lib/string.h"

/* A header: the magic, then 13 fields of 8 hexadecimal digits; the name follows. */
#define HEADER_SIZE 110
#define MAGIC	    "070701"
#define TRAILER	    "TRAILER!!!"

/* Positions of fields in a header, bytes. */
#define FIELD_MODE     14
#define FIELD_FILESIZE 54
#define FIELD_NAMESIZE 94

void cpio_open(struct cpio *archive, const void *base, uint64_t size)
{
	*archive = (struct cpio){.base = base, .size = size};
}

static bool fail(struct cpio *archive, const char *error)
{
	archive->error = error;
	return false;
}

/* Read a field of 8 hexadecimal digits; false when there is any other character. */
static bool parse_field(const uint8_t *field, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < 8; i++) {
		uint8_t c = field[i];
		uint8_t lower = c | 0x20;

		if (c >= '0' && c <= '9')
			*value = *value << 4 | (uint32_t)(c - '0');
		else if (lower >= 'a' && lower <= 'f')
			*value = *value << 4 | (uint32_t)(lower - 'a' + 10);
		else
			return false;
	}
	return true;
}

/* Check the name of `size` bytes with its terminator, which begins at offset `at`. */
static const char *check_name(const struct cpio *archive, uint64_t at, uint32_t size)
{
	const char *name = (const char *)archive->base + at;

	if (size == 0 || size > archive->size - at)
		return NULL;
	return strnlen(name, size) == size - 1 ? name : NULL;
}

bool cpio_next(struct cpio *archive, struct cpio_entry *entry)
{
	uint64_t left = archive->size - archive->at;
	const uint8_t *header = archive->base + archive->at;
	uint32_t mode;
	uint32_t size;
	uint32_t name_size;
	uint64_t data_at;

	if (archive->error != NULL)
		return false;
	if (left < HEADER_SIZE)
		return fail(archive, "archive ends without its trailer");
	if (memcmp(header, MAGIC, sizeof(MAGIC) - 1) != 0)
		return fail(archive, "no header of a newc archive");
	if (!parse_field(header + FIELD_MODE, &mode) ||
	    !parse_field(header + FIELD_FILESIZE, &size) ||
	    !parse_field(header + FIELD_NAMESIZE, &name_size))
		return fail(archive, "a field of the header is no number");
	entry->name = check_name(archive, archive->at + HEADER_SIZE, name_size);
	if (entry->name == NULL)
		return fail(archive, "name is empty, not terminated or cut off");
	if (strcmp(entry->name, TRAILER) == 0)
		return false;
	data_at = ALIGN_UP(archive->at + HEADER_SIZE + name_size, 4);
	if (data_at > archive->size || size > archive->size - data_at)
		return fail(archive, "data is cut off");
	entry->data = archive->base + data_at;
	entry->size = size;
	entry->mode = mode;
	archive->at = MIN(ALIGN_UP(data_at + size, 4), archive->size);
	return true;
}
