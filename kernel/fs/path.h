/* Paths. */
#pragma once

#include "lib/base.h"

#define NAME_LENGTH_MAX 255

/*
 * Write `path`, seen from the root directory and shorter than PATH_MAX, to `clean` (PATH_MAX bytes)
 * without "." and "..", and slashes only between names; "" is the root. `check_directory` is asked
 * of every directory on the way, cleaned likewise: 0, or the error that ends the walk. -ENOENT for
 * an empty path, -ENAMETOOLONG for a name that is too long.
 */
__must_check int path_normalise(char *clean, const char *path,
				int (*check_directory)(const char *path));
