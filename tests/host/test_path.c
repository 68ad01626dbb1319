// sources: kernel/fs/path.c
/* Cleaning paths, against a few directories; what is a directory is asked on the way. */
#include "host_test.h"

#include <stdlib.h>

#include "abi/errno.h"
#include "fs/path.h"

#define PATH_MAX_BYTES 4096

/* "", "bin" and "bin/deep" are directories, "bin/file" is none. */
static int check_directory(const char *path)
{
	if (strcmp(path, "") == 0 || strcmp(path, "bin") == 0 || strcmp(path, "bin/deep") == 0)
		return 0;
	return strcmp(path, "bin/file") == 0 ? -ENOTDIR : -ENOENT;
}

static void cleans(void **state)
{
	static const struct {
		const char *path, *clean;
	} cases[] = {
		{"/", ""},
		{"///", ""},
		{".", ""},
		{"..", ""},
		{"/../..", ""},
		{"bin", "bin"},
		{"/bin/", "bin"},
		{"/bin//./file", "bin/file"},
		{"./bin/deep/../file", "bin/file"},
		{"/bin/deep/../../bin/file", "bin/file"},
		{"/bin/deep/..", "bin"},
		{"/missing", "missing"},
		{"/bin/.hidden", "bin/.hidden"},
		{"/bin/...", "bin/..."},
	};
	char clean[PATH_MAX_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(path_normalise(clean, cases[i].path, check_directory), 0);
		assert_string_equal(clean, cases[i].clean);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *path;
		int error;
	} cases[] = {
		{"", -ENOENT},
		{"/missing/", -ENOENT},
		{"/missing/../bin", -ENOENT},
		{"/bin/file/", -ENOTDIR},
		{"/bin/file/.", -ENOTDIR},
		{"/bin/file/../file", -ENOTDIR},
		{"/bin/file/more", -ENOTDIR},
	};
	char clean[PATH_MAX_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(path_normalise(clean, cases[i].path, check_directory),
				 cases[i].error);
}

static void long_paths(void **state)
{
	char path[PATH_MAX_BYTES], *clean = malloc(PATH_MAX_BYTES);

	(void)state;
	memset(path, 'x', sizeof(path));
	path[NAME_LENGTH_MAX] = '\0';
	assert_int_equal(path_normalise(clean, path, check_directory), 0);
	assert_int_equal(strlen(clean), NAME_LENGTH_MAX);
	path[NAME_LENGTH_MAX] = 'x';
	path[NAME_LENGTH_MAX + 1] = '\0';
	assert_int_equal(path_normalise(clean, path, check_directory), -ENAMETOOLONG);
	memset(path, '/', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(path_normalise(clean, path, check_directory), 0);
	assert_string_equal(clean, "");
	free(clean);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleans),
		cmocka_unit_test(refuses),
		cmocka_unit_test(long_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
