/*
 * The monitor's commands. Each does a bounded piece of its work a call, so that the machine goes on
 * meanwhile, and keeps in `struct run` where it is.
 */
#pragma once

#include "lib/print.h"
#include "mm/frame_scan.h"
#include "mm/maps.h"
#include "mm/ptdump.h"
#include "proc/process.h"

#define ARGS_MAX 4

/* One line that is being executed. */
struct run {
	struct printer out;
	int argc;
	char *argv[ARGS_MAX];	 /* [0]: the command's name */
	uint64_t cursor;	 /* the command's own; 0 at the first call */
	struct process *process; /* between look_enter() and look_leave() */
	union {
		int64_t last_pid;
		struct ptdump dump;
		struct frame_scan scan;
		struct smaps smaps;
		uint32_t line;
	};
};

struct command {
	const char *name, *args, *help;
	int args_min, args_max;
	bool (*work)(struct run *run); /* true: call again */
};

extern const struct command commands[];
extern const size_t commands_count;

/* The words of the line of which `run` has none yet. False: there are too many. Changes `line`. */
bool run_split(struct run *run, char *line);

/* Argument `n` as a number, hexadecimal (`base` 16, with or without 0x) or decimal. False, and
 * told, when it is none. */
__must_check bool run_number(struct run *run, int n, unsigned base, uint64_t *value);

/*
 * Take a lock for looking. After a panic, none is taken: the CPUs that hold one have stopped. Then
 * it is told that what follows may be half changed.
 */
void look_lock(struct run *run, struct lock *lock);
void look_unlock(struct lock *lock);

/*
 * The space of the process whose pid argument `n` is, with tree_lock, the process's lock and its
 * own taken, until look_leave(); NULL, told why, when there is none.
 */
__must_check struct space *look_enter(struct run *run, int n);
void look_leave(const struct run *run);

/* Commands that are not in the file of the table. */
bool run_threads(struct run *run);
bool run_runq(struct run *run);
bool run_locks(struct run *run);
bool run_trace(struct run *run);
bool run_interrupts(struct run *run);
bool run_walk(struct run *run);
bool run_space(struct run *run);
bool run_meminfo(struct run *run);
bool run_buddyinfo(struct run *run);
bool run_slabinfo(struct run *run);
bool run_maps(struct run *run);
bool run_smaps(struct run *run);
