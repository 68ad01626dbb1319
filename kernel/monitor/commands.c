#include "core/panic.h"
#include "core/standstill.h"
#include "dev/power.h"
#include "dev/screen.h"
#include "mm/census.h"
#include "monitor/command.h"
#include "monitor/monitor.h"

static bool run_help(struct run *run)
{
	const struct command *command = &commands[run->cursor++];

	print(&run->out, "  %-10s %-11s %s\n", command->name, command->args, command->help);
	return run->cursor < commands_count;
}

static bool run_continue(struct run *run)
{
	print(&run->out, "left\n");
	monitor_leave();
	return false;
}

/* What is wrong is told on the log. */
static bool run_census(struct run *run)
{
	uint64_t found;

	if (panic_active()) {
		print(&run->out, "refused: after a panic, CPUs have stopped amid changes\n");
		return false;
	}
	if (!standstill_begin(NULL))
		return true;
	found = census();
	standstill_end();
	print(&run->out, "%lu things wrong\n", found);
	return false;
}

/* Said first, and done when that has been written. */
static bool end_machine(struct run *run, const char *said, enum power_action action)
{
	if (!run->cursor++)
		print(&run->out, "%s\n", said);
	else if (panic_active())
		power_now(action);
	else
		power_end(action);
	return true;
}

static bool run_reboot(struct run *run)
{
	return end_machine(run, "reset", POWER_RESET);
}

static bool run_poweroff(struct run *run)
{
	return end_machine(run, "off", POWER_OFF);
}

/* What is written from now on brings the end back. */
static bool run_scroll(struct run *run)
{
	uint64_t lines;

	if (run_number(run, 1, 10, &lines))
		screen_look_back((unsigned)MIN(lines, 0xffffULL));
	return false;
}

const struct command commands[] = {
	{"help", "", "this list", 0, 0, run_help},
	{"threads", "", "threads and kernel tasks, and what they go on with", 0, 0, run_threads},
	{"runq", "", "what each CPU runs, and what waits for it", 0, 0, run_runq},
	{"locks", "", "the locks that are held, by whom, and where they were taken", 0, 0,
	 run_locks},
	{"interrupts", "", "NMIs, interrupts that nobody expected, and those of devices", 0, 0,
	 run_interrupts},
	{"trace", "", "the last entries into the kernel of each CPU (debug builds)", 0, 0,
	 run_trace},
	{"walk", "ADDR [PID]", "an address through the page tables (kernel's, or of a process)", 1,
	 2, run_walk},
	{"space", "[PID]", "what the page tables map: the kernel half, or a process's half", 0, 1,
	 run_space},
	{"meminfo", "", "memory, as /proc/meminfo", 0, 0, run_meminfo},
	{"buddyinfo", "", "free blocks by order, as /proc/buddyinfo", 0, 0, run_buddyinfo},
	{"slabinfo", "", "caches of kernel objects, as /proc/slabinfo", 0, 0, run_slabinfo},
	{"maps", "PID", "what a process maps, as /proc/PID/maps", 1, 1, run_maps},
	{"smaps", "PID", "the same with what is in memory, as /proc/PID/smaps", 1, 1, run_smaps},
	{"census", "", "count every frame's references again; what is wrong is on the log", 0, 0,
	 run_census},
	{"scroll", "LINES", "show the screen as it was so many lines ago", 1, 1, run_scroll},
	{"reboot", "", "reset the machine", 0, 0, run_reboot},
	{"poweroff", "", "switch the machine off", 0, 0, run_poweroff},
	{"continue", "", "leave the monitor; after a panic, end", 0, 0, run_continue},
};
const size_t commands_count = ARRAY_SIZE(commands);
