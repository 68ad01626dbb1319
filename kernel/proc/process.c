#include "proc/process.h"

#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/slab.h"

#define PID_MAX 4194304 /* as Linux on 64-bit machines */

struct lock tree_lock = LOCK_INIT("process tree", RANK_TREE);
struct process *init_process;
static struct rb_root pids; /* [tree_lock] */
static int64_t last_pid;    /* [tree_lock] */
static struct slab_cache process_cache;

void processes_init(void)
{
	slab_init(&process_cache, "process", sizeof(struct process), 16);
}

static struct process *of_node(struct rb_node *node)
{
	return node ? rb_entry(node, struct process, pid_node) : NULL;
}

struct process *process_find(int64_t pid)
{
	struct rb_node *node = pids.node;

	while (node) {
		int64_t at = of_node(node)->pid;

		if (pid == at)
			return of_node(node);
		node = pid < at ? node->left : node->right;
	}
	return NULL;
}

struct process *process_next(const struct process *process)
{
	return of_node(process ? rb_next(&process->pid_node) : rb_first(&pids));
}

int64_t process_highest_pid(void)
{
	return rb_empty(&pids) ? 0 : of_node(rb_last(&pids))->pid;
}

int64_t process_newest_pid(void)
{
	return last_pid;
}

struct process *process_find_above(int64_t pid)
{
	struct rb_node *node = pids.node;
	struct process *best = NULL;

	while (node) {
		struct process *process = of_node(node);

		if (process->pid > pid)
			best = process;
		node = process->pid > pid ? node->left : node->right;
	}
	return best;
}

struct thread *process_thread(const struct process *process, int64_t tid)
{
	struct thread *thread;

	list_for_each_entry (thread, &process->threads, process_link) {
		if (thread->tid == tid)
			return thread;
	}
	return NULL;
}

/* The next number that is nobody's, nor the group or session of anybody. [tree_lock] */
static int64_t new_pid(void)
{
	do {
		last_pid = last_pid < PID_MAX ? last_pid + 1 : 2;
	} while (process_find(last_pid));
	return last_pid;
}

static void insert(struct process *process)
{
	struct rb_node *parent = NULL, **link = &pids.node;

	while (*link) {
		parent = *link;
		link = process->pid < of_node(parent)->pid ? &parent->left : &parent->right;
	}
	rb_link(&process->pid_node, parent, link);
	rb_insert_fixup(&process->pid_node, &pids);
}

/* Those of Linux's first process; the space has its part of them from default_limits. */
static const struct rlimit first_rlimits[RLIM_NLIMITS] = {
	[RLIMIT_CPU] = {RLIM_INFINITY, RLIM_INFINITY},
	[RLIMIT_FSIZE] = {RLIM_INFINITY, RLIM_INFINITY},
	[RLIMIT_DATA] = {RLIM_INFINITY, RLIM_INFINITY},
	[RLIMIT_STACK] = {MIB(8), RLIM_INFINITY},
	[RLIMIT_CORE] = {0, RLIM_INFINITY},
	[RLIMIT_RSS] = {RLIM_INFINITY, RLIM_INFINITY},
	[RLIMIT_NPROC] = {RLIM_INFINITY, RLIM_INFINITY},
	[RLIMIT_NOFILE] = {1024, 4096},
	[RLIMIT_MEMLOCK] = {MIB(8), MIB(8)},
	[RLIMIT_AS] = {RLIM_INFINITY, RLIM_INFINITY},
	[RLIMIT_LOCKS] = {RLIM_INFINITY, RLIM_INFINITY},
	[RLIMIT_SIGPENDING] = {RLIM_INFINITY, RLIM_INFINITY},
	[RLIMIT_MSGQUEUE] = {800 * KIB(1), 800 * KIB(1)},
	[RLIMIT_RTTIME] = {RLIM_INFINITY, RLIM_INFINITY},
};

struct process *process_create(void)
{
	struct process *process = slab_alloc(&process_cache);

	if (!process)
		return NULL;
	process->kin = LOCK_INIT("kin", RANK_KIN);
	process->lock = LOCK_INIT("process", RANK_PROCESS);
	list_init(&process->children);
	list_init(&process->sibling_link);
	list_init(&process->threads);
	waitq_init(&process->child_changed);
	return process;
}

void process_enter(struct process *process, struct process *parent)
{
	ASSERT(lock_held(&tree_lock) && (!parent || lock_held(&parent->lock)));
	process->pid = new_pid();
	process->parent = parent;
	process->ppid = parent ? parent->pid : 0;
	process->pgid = parent ? parent->pgid : process->pid;
	process->sid = parent ? parent->sid : process->pid;
	process->personality = parent ? parent->personality : 0;
	memcpy(process->rlimits, parent ? parent->rlimits : first_rlimits,
	       sizeof(process->rlimits));
	if (parent)
		list_add_tail(&parent->children, &process->sibling_link);
	insert(process);
}

/* It has told its parent of its end with `kin` held, which it may not have let go yet. */
void process_unlink(struct process *process)
{
	ASSERT(list_empty(&process->threads) && list_empty(&process->sibling_link));
	lock_acquire(&tree_lock);
	rb_erase(&process->pid_node, &pids);
	lock_acquire(&process->kin);
	lock_release(&process->kin);
	lock_release(&tree_lock);
}

void process_note_peak(struct process *process, struct space *space)
{
	lock_acquire(&space->lock);
	process->used.peak = MAX(process->used.peak, space_peak(space));
	lock_release(&space->lock);
}

void process_free(struct process *process)
{
	slab_free(&process_cache, process);
}
