/*
 * Reader of cpio archives in the "newc" format (magic 070701), which is that of an initial archive.
 * The archive is untrusted: nothing outside its bytes is read, whatever they say.
 *
 *	struct cpio archive;
 *	struct cpio_entry entry;
 *
 *	cpio_open(&archive, base, size);
 *	while (cpio_next(&archive, &entry))
 *		use(&entry);
 *	if (archive.error)
 *		tell(archive.error, archive.at);
 */
#pragma once

#include "lib/base.h"

struct cpio {
	const uint8_t *base;
	uint64_t size;
	uint64_t at;	   /* where the next header is; after an error, the header that is wrong */
	const char *error; /* NULL: none so far */
};

struct cpio_entry {
	const char *name;    /* terminated, inside the archive, as stored ("bin/smoke", ".") */
	const uint8_t *data; /* inside the archive */
	uint64_t size;	     /* of the data, bytes */
	uint32_t mode;	     /* type and permissions, as st_mode */
};

/* Begin to read the `size` bytes at `base`, which must stay as they are while they are read. */
void cpio_open(struct cpio *archive, const void *base, uint64_t size);

/*
 * Read one entry. Returns false at the end: the trailer, or an entry that is no such, or an archive
 * that ends before its trailer; then `archive->error` says what is wrong.
 */
bool cpio_next(struct cpio *archive, struct cpio_entry *entry);
