/* What the commands share: arguments, and locks. */
#include "arch/x86_64/cpu.h"
#include "core/panic.h"
#include "lib/string.h"
#include "monitor/command.h"

bool run_split(struct run *run, char *line)
{
	for (char *at = line; *at;) {
		while (*at == ' ')
			*at++ = '\0';
		if (!*at)
			break;
		if (run->argc == ARGS_MAX)
			return false;
		run->argv[run->argc++] = at;
		while (*at && *at != ' ')
			at++;
	}
	return true;
}

/* The value of a digit; 16 for what is none. */
static unsigned digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

bool run_number(struct run *run, int n, unsigned base, uint64_t *value)
{
	const char *text = run->argv[n];
	bool good;

	if (base == 16 && text[0] == '0' && (text[1] | 0x20) == 'x')
		text += 2;
	*value = 0;
	good = *text != '\0';
	for (; *text && good; text++) {
		good = digit_of(*text) < base && *value <= (UINT64_MAX - 15) / base;
		*value = *value * base + digit_of(*text);
	}
	if (!good)
		print(&run->out, "'%s' is no %s number\n", run->argv[n],
		      base == 16 ? "hexadecimal" : "decimal");
	return good;
}

void look_lock(struct run *run, struct lock *lock)
{
	if (!panic_active())
		lock_acquire(lock);
	else if (lock->holder)
		print(&run->out, "(CPU %u holds the lock '%s': this may be half changed)\n",
		      lock->holder->id, lock->name);
}

void look_unlock(struct lock *lock)
{
	if (!panic_active())
		lock_release(lock);
}

struct space *look_enter(struct run *run, int n)
{
	struct process *process;
	uint64_t pid;

	if (!run_number(run, n, 10, &pid))
		return NULL;
	look_lock(run, &tree_lock);
	process = process_find((int64_t)pid);
	if (process) {
		look_lock(run, &process->lock);
		if (process_has_space(process)) {
			run->process = process;
			look_lock(run, &process->space->lock);
			return process->space;
		}
		look_unlock(&process->lock);
	}
	look_unlock(&tree_lock);
	print(&run->out, process ? "process %lu has no memory now\n" : "there is no process %lu\n",
	      pid);
	return NULL;
}

void look_leave(const struct run *run)
{
	look_unlock(&run->process->space->lock);
	look_unlock(&run->process->lock);
	look_unlock(&tree_lock);
}
