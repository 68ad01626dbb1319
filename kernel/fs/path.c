#include "fs/path.h"

#include "abi/errno.h"
#include "lib/string.h"

static size_t name_length(const char *path)
{
	size_t length = 0;

	while (path[length] && path[length] != '/')
		length++;
	return length;
}

/* The length of `clean` without its last name. */
static size_t parent_length(const char *clean, size_t length)
{
	while (length && clean[length - 1] != '/')
		length--;
	return length ? length - 1 : 0;
}

/* Append a name, or go up for "..", or stay for "."; the new length of `clean`. */
static size_t step(char *clean, size_t length, const char *name, size_t size)
{
	if (size == 1 && name[0] == '.')
		return length;
	if (size == 2 && name[0] == '.' && name[1] == '.')
		return parent_length(clean, length);
	if (length)
		clean[length++] = '/';
	memcpy(clean + length, name, size);
	return length + size;
}

int path_normalise(char *clean, const char *path, int (*check_directory)(const char *path))
{
	size_t length = 0;

	if (!*path)
		return -ENOENT;
	while (*path) {
		size_t size = name_length(path);
		int error;

		if (size > NAME_LENGTH_MAX)
			return -ENAMETOOLONG;
		/* What comes before a slash must be a directory, also when nothing follows it. */
		if (size)
			length = step(clean, length, path, size);
		clean[length] = '\0';
		path += size;
		error = *path == '/' ? check_directory(clean) : 0;
		if (error)
			return error;
		while (*path == '/')
			path++;
	}
	return 0;
}
