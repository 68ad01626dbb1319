/*
 * Anonymous memory that processes share (mmap with MAP_SHARED | MAP_ANONYMOUS): an object that
 * keeps its pages, which every mapping of it uses. Pages are made when they are touched first.
 */
#pragma once

#include "mm/object.h"

/* Make the cache. At boot. */
void shared_init(void);

/* An object of `size` bytes, whole pages, with one reference; NULL without memory. */
struct vm_object *shared_create(uint64_t size);

/*
 * Objects that nobody maps any more are taken apart by a kernel task, a chunk a call: true when
 * more is to do. Whoever drops the last reference asks for it (CPU_WORK_REAP). Takes RANK_OBJECT.
 */
bool shared_reap_some(void);

/* Pass every frame that the objects hold to `fn`. While the machine stands still. */
void shared_visit(void (*fn)(struct page *frame));
