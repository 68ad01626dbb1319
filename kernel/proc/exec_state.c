#include "proc/exec_state.h"

#include "lib/string.h"
#include "mm/census.h"
#include "mm/frames.h"
#include "mm/object.h"
#include "mm/phys.h"
#include "mm/slab.h"
#include "proc/exec.h"

static struct slab_cache exec_cache;
static struct lock states_lock = LOCK_INIT("exec states", RANK_OBJECT);
static struct list states = LIST_INIT(states); /* [states_lock] */

static void visit(char *page, void (*fn)(struct page *frame))
{
	if (page)
		fn(paddr_to_page(direct_map_to_phys(page)));
}

static void visit_states(void (*fn)(struct page *frame))
{
	const struct exec_state *exec;

	list_for_each_entry (exec, &states, link) {
		visit(exec->path, fn);
		visit(exec->piece, fn);
	}
}

static struct census_owner state_frames = {.name = "execve", .visit = visit_states};

void exec_init(void)
{
	census_register(&state_frames);
	slab_init(&exec_cache, "exec", sizeof(struct exec_state), 8);
}

static char *page_alloc(void)
{
	struct page *page = frame_alloc(PAGE_KERNEL);

	return page ? page_to_virt(page) : NULL;
}

static void page_free(char *page)
{
	if (page)
		frame_free(paddr_to_page(direct_map_to_phys(page)));
}

struct exec_state *exec_state_create(void)
{
	struct exec_state *exec = slab_alloc(&exec_cache);

	if (!exec)
		return NULL;
	lock_acquire(&states_lock);
	list_add(&states, &exec->link);
	lock_release(&states_lock);
	exec->path = page_alloc();
	exec->piece = page_alloc();
	if (exec->path && exec->piece)
		return exec;
	exec_state_free(exec);
	return NULL;
}

void exec_state_free(struct exec_state *exec)
{
	lock_acquire(&states_lock);
	list_del(&exec->link);
	lock_release(&states_lock);
	page_free(exec->path);
#ifdef MUTANT_exec_leaks
	if (exec->error)
		exec->piece = NULL;
#endif
	page_free(exec->piece);
	if (exec->object)
		object_put(exec->object);
	slab_free(&exec_cache, exec);
}

const char *exec_state_name(const struct exec_state *exec)
{
	const char *name = exec->path;

	for (const char *p = exec->path; *p; p++) {
		if (*p == '/' && p[1])
			name = p + 1;
	}
	return name;
}
