/*
 * Objects that memory can be mapped from: files. mm defines the operations, fs registers objects
 * that have them.
 */
#pragma once

#include "lib/addr.h"

#define OBJECT_REMOVE_MAX 32

struct page;
struct vm_object;

struct vm_object_ops {
	/*
	 * Copy up to `n` bytes at `offset` of the object into kernel memory at `dst`: the number
	 * copied, less than `n` only at the end of the object. Does not wait.
	 */
	size_t (*read)(struct vm_object *object, uint64_t offset, void *dst, size_t n);
	/*
	 * The page at `index` itself, with a reference for the caller, for all that map it; what is
	 * behind the object's end in it is zero. NULL without memory, or, unless `make`, when it is
	 * not there yet. Takes RANK_OBJECT.
	 */
	struct page *(*page)(struct vm_object *object, uint64_t index, bool make);
	/*
	 * The `n` pages from `index` on, at most OBJECT_REMOVE_MAX, are zero from now on: those
	 * that nobody maps are given up, others cleared where they are. Takes RANK_OBJECT.
	 */
	void (*remove)(struct vm_object *object, uint64_t index, uint64_t n);
	/* Its path without the leading "/", as Linux tells it of what is mapped; constant. */
	const char *(*path)(const struct vm_object *object);
	/* The last reference is gone. */
	void (*release)(struct vm_object *object);
};

struct vm_object {
	const struct vm_object_ops *ops;
	uint64_t size; /* bytes */
	uint32_t refs; /* atomic: vmas, and whoever looked it up */
	uint32_t mode; /* permission bits, as stat has them */
};

static inline void object_get(struct vm_object *object)
{
	__atomic_fetch_add(&object->refs, 1, __ATOMIC_RELAXED);
}

static inline void object_put(struct vm_object *object)
{
	if (__atomic_fetch_sub(&object->refs, 1, __ATOMIC_ACQ_REL) == 1)
		object->ops->release(object);
}
