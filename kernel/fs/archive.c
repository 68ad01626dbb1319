#include "fs/archive.h"

#include "abi/errno.h"
#include "abi/stat.h"
#include "core/lock.h"
#include "core/log.h"
#include "fs/path.h"
#include "lib/cpio.h"
#include "lib/list.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/census.h"
#include "mm/frames.h"
#include "mm/page_tree.h"
#include "mm/phys.h"
#include "mm/slab.h"
#include "proc/exec.h"

struct archive_file {
	struct vm_object object;
	struct list link;
	const char *name; /* in the archive, without leading "/" and "./" */
	const uint8_t *data;
	struct lock lock;
	struct page_tree pages; /* [lock] copies of it, which are mapped; kept */
};

static struct slab_cache file_cache;
static struct list files = LIST_INIT(files); /* the latest first; constant once booted */

static size_t file_read(struct vm_object *object, uint64_t offset, void *dst, size_t n)
{
	const struct archive_file *file = container_of(object, struct archive_file, object);

	if (offset >= object->size)
		return 0;
	n = MIN(n, object->size - offset);
	memcpy(dst, file->data + offset, n);
	return n;
}

/* A fresh copy of a page of the file. */
static struct page *copy_of(struct vm_object *object, uint64_t index)
{
	struct page *page = frame_alloc(PAGE_OBJECT);
	char *bytes;
	size_t got;

	if (!page)
		return NULL;
	bytes = page_to_virt(page);
	got = file_read(object, index << PAGE_SHIFT, bytes, PAGE_SIZE);
	memset(bytes + got, 0, PAGE_SIZE - got);
	return page;
}

static struct page *file_page(struct vm_object *object, uint64_t index, bool make)
{
	struct archive_file *file = container_of(object, struct archive_file, object);
	struct page *page;

	lock_acquire(&file->lock);
	page = page_tree_find(&file->pages, index);
	if (!page && make) {
		struct page **slot = page_tree_slot(&file->pages, index);

		if (slot)
			page = *slot = copy_of(object, index);
	}
	if (page)
		page_get(page);
	lock_release(&file->lock);
	return page;
}

/* The names in the archive have no leading "/". */
static const char *file_path(const struct vm_object *object)
{
	return container_of(object, struct archive_file, object)->name;
}

static void file_release(struct vm_object *object)
{
	panic("object %p, a file of the archive, has lost its own reference", (void *)object);
}

static const struct vm_object_ops file_ops = {
	.read = file_read, .page = file_page, .path = file_path, .release = file_release};

/* Pages of files that were mapped stay. */
static void visit_files(void (*fn)(struct page *frame))
{
	const struct archive_file *file;

	list_for_each_entry (file, &files, link)
		page_tree_visit(&file->pages, ALIGN_UP(file->object.size, PAGE_SIZE) >> PAGE_SHIFT,
				0, fn);
}

static struct census_owner archive_frames = {.name = "a file of the archive", .visit = visit_files};

void archive_init(void)
{
	slab_init(&file_cache, "archive file", sizeof(struct archive_file), 8);
	exec_lookup = archive_lookup;
	census_register(&archive_frames);
}

static const char *without_root(const char *name)
{
	while (*name == '/' || (name[0] == '.' && name[1] == '/'))
		name++;
	return name;
}

static bool add_file(const struct cpio_entry *entry)
{
	struct archive_file *file = slab_alloc(&file_cache);

	if (!file)
		return false;
	file->object = (struct vm_object){
		.ops = &file_ops, .size = entry->size, .refs = 1, .mode = entry->mode};
	file->name = without_root(entry->name);
	file->data = entry->data;
	file->lock = LOCK_INIT("archive file", RANK_OBJECT);
	page_tree_init(&file->pages, ALIGN_UP(entry->size, PAGE_SIZE) >> PAGE_SHIFT);
	list_add(&files, &file->link);
	return true;
}

void archive_add(const void *base, uint64_t size)
{
	struct cpio_entry entry;
	struct cpio archive;
	unsigned count = 0;

	cpio_open(&archive, base, size);
	while (cpio_next(&archive, &entry)) {
		if (!add_file(&entry)) {
			log_line("archive: no memory for the files from '%.60s' on", entry.name);
			break;
		}
		count++;
	}
	if (archive.error)
		log_line("archive: %s at byte %lu", archive.error, archive.at);
	log_line("archive: %u files in %lu bytes", count, size);
}

/* Is `name` inside the directory `path`? */
static bool is_below(const char *name, const char *path, size_t path_length)
{
	return strncmp(name, path, path_length) == 0 && name[path_length] == '/';
}

/* The file of that normalised name; NULL and *is_directory when it only is a part of others'. */
static struct archive_file *find(const char *path, bool *is_directory)
{
	size_t length = strlen(path);
	struct archive_file *file;

	*is_directory = length == 0;
	list_for_each_entry (file, &files, link) {
		if (strcmp(file->name, path) == 0) {
			*is_directory = (file->object.mode & S_IFMT) == S_IFDIR;
			return file;
		}
		if (is_below(file->name, path, length))
			*is_directory = true;
	}
	return NULL;
}

/* For the path walk: 0 when `path`, normalised, is a directory. */
static int check_directory(const char *path)
{
	bool is_directory;
	const struct archive_file *file = find(path, &is_directory);

	if (is_directory)
		return 0;
	return file ? -ENOTDIR : -ENOENT;
}

/* The object of the executable at the normalised `path`. */
static struct vm_object *executable(const char *path, int *error)
{
	bool is_directory;
	struct archive_file *file = find(path, &is_directory);

	*error = -EACCES;
	if (!file && !is_directory)
		*error = -ENOENT;
	if (!file || (file->object.mode & S_IFMT) != S_IFREG || !(file->object.mode & S_IXUGO))
		return NULL;
	object_get(&file->object);
	return &file->object;
}

struct vm_object *archive_lookup(const char *path, int *error)
{
	struct page *page = frame_alloc(PAGE_KERNEL);
	struct vm_object *object = NULL;

	*error = -ENOMEM;
	if (!page)
		return NULL;
	*error = path_normalise(page_to_virt(page), path, check_directory);
	if (!*error)
		object = executable(page_to_virt(page), error);
	frame_free(page);
	return object;
}

const void *archive_read(const char *path, size_t *size)
{
	bool is_directory;
	const struct archive_file *file = find(without_root(path), &is_directory);

	if (!file || is_directory)
		return NULL;
	*size = file->object.size;
	return file->data;
}
