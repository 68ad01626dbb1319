#include "proc/fdtable.h"

#include "lib/upcall.h"
#include "mm/slab.h"

static struct slab_cache fdtable_cache;

/* What an unused table is: empty, with its lock free. */
static void construct_fdtable(void *object)
{
	struct fdtable *table = object;

	*table = (struct fdtable){.lock = LOCK_INIT("fdtable", RANK_OBJECT)};
}

void fdtables_init(void)
{
	slab_init_constructed(&fdtable_cache, "fdtable", sizeof(struct fdtable), 8,
			      construct_fdtable);
}

void file_get(struct file *file)
{
	__atomic_fetch_add(&file->refs, 1, __ATOMIC_RELAXED);
}

void file_put(struct file *file)
{
	if (__atomic_fetch_sub(&file->refs, 1, __ATOMIC_ACQ_REL) == 1)
		file->ops->release(file);
}

/* The lowest descriptor of the set, which is not empty; it is taken out. */
static int next_fd(uint64_t *set)
{
	int fd = __builtin_ctzll(*set);

	*set &= *set - 1;
	return fd;
}

struct fdtable *fdtable_create(void)
{
	struct fdtable *table = slab_alloc(&fdtable_cache);

	if (!table)
		return NULL;
	table->refs = 1;
	return table;
}

struct fdtable *fdtable_copy(struct fdtable *from)
{
	struct fdtable *table = fdtable_create();
	uint64_t set;

	if (!table)
		return NULL;
	lock_acquire(&from->lock);
	table->open = from->open;
	for (set = from->open; set;) {
		int fd = next_fd(&set);

		table->files[fd] = from->files[fd];
		file_get(table->files[fd]);
	}
	lock_release(&from->lock);
	return table;
}

void fdtable_put(struct fdtable *table)
{
	if (__atomic_fetch_sub(&table->refs, 1, __ATOMIC_ACQ_REL) != 1)
		return;
	while (table->open) {
		int fd = next_fd(&table->open);

		file_put(table->files[fd]);
		table->files[fd] = NULL;
	}
	slab_free(&fdtable_cache, table);
}

struct file *fdtable_get(struct fdtable *table, int fd)
{
	struct file *file;

	if (fd < 0 || fd >= FD_MAX)
		return NULL;
	lock_acquire(&table->lock);
	file = table->files[fd];
	if (file)
		file_get(file);
	lock_release(&table->lock);
	return file;
}

void fdtable_set(struct fdtable *table, int fd, struct file *file)
{
	ASSERT(fd >= 0 && fd < FD_MAX);
	lock_acquire(&table->lock);
	ASSERT(!table->files[fd]);
	table->files[fd] = file;
	table->open |= 1ULL << fd;
	lock_release(&table->lock);
}
