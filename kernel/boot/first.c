/* The first process, and the end of the run with its end. */
#include "boot/first.h"

#include "abi/wait.h"
#include "arch/x86_64/cpu.h"
#include "boot/console.h"
#include "boot/info.h"
#include "boot/memory.h"
#include "core/log.h"
#include "core/paint.h"
#include "core/standstill.h"
#include "core/timer.h"
#include "core/verdict.h"
#include "dev/console.h"
#include "dev/screen.h"
#include "fs/archive.h"
#include "fs/console_file.h"
#include "lib/cmdline.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/census.h"
#include "mm/drain.h"
#include "mm/failalloc.h"
#include "mm/phys.h"
#include "mm/tlb_flush.h"
#include "proc/exec.h"
#include "proc/exit.h"
#include "proc/large_fault.h"
#include "proc/sched.h"
#include "sys/ktest_call.h"

#define PATH_MAX_FIRST 64
#define DEFAULT_PATH   "/bin/smoke"
#define ARGS_PATH      "/run/args"

static const char environment[] = "HOME=/\0TERM=linux\0PATH=/bin";

/* Modules that lie in RAM, which the direct map holds; later ones overlay earlier ones. */
static void read_archives(void)
{
	for (unsigned i = 0; i < boot_info.n_modules; i++) {
		const struct boot_module *module = &boot_info.modules[i];

		if (module->end.raw > GIB(4) || module->start.raw >= module->end.raw ||
		    !memmap_overlaps_ram(&memmap, module->start.raw, module->end.raw))
			log_line("boot: module %u is not in RAM and is ignored", i);
		else
			archive_add(phys_to_virt(module->start),
				    module->end.raw - module->start.raw);
	}
}

static void tell_interrupts(void)
{
	for (uint32_t id = 0; id < cpu_count; id++) {
		const struct cpu *cpu = cpu_by_id(id);

		if (cpu->nmis || cpu->spurious || cpu->unexpected)
			log_line("interrupts: cpu=%u NMIs=%lu spurious=%lu unexpected=%lu", id,
				 cpu->nmis, cpu->spurious, cpu->unexpected);
	}
}

/* What the pre-switch checks and the TLBs have seen. */
static void tell_switches(void)
{
	struct tlb_counts counts;

	for (uint32_t id = 0; id < cpu_count; id++)
		log_line("switch: cpu=%u pre-switch checks passed count=%lu", id,
			 cpu_by_id(id)->cr3_checks);
	tlb_count(&counts);
	log_line("TLB: %lu loads of a space, %lu kept its translations, %lu rounds of PCIDs, "
		 "%lu flushes asked %lu CPUs",
		 counts.loads, counts.kept, counts.rounds, counts.asks, counts.asked);
}

/* What CPUs keep for themselves goes back: what is free afterwards is all that nobody has. */
static void drain_all(void)
{
	uint64_t ticket = drain_ask();

	drain_this_cpu();
	while (!drain_done(ticket))
		smp_poll();
}

/* The word census: with all processes gone, is every frame where it should be? */
static void hold_census(void)
{
	uint64_t found;

	if (!cmdline_has(boot_info.cmdline, "census"))
		return;
	drain_all();
	while (!standstill_begin(NULL))
		smp_poll();
	found = census_at_end();
	standstill_end();
	if (found)
		panic("the census found %lu things wrong", found);
	log_line("census: all is accounted for");
}

/* All processes are gone: what is left to say, the verdict, and the end of an emulator. */
static void finish(int wait_status)
{
	int signal = WTERMSIG(wait_status);

	console_flush_sync();
	hold_census();
	/* Of 255 CPUs each of these tells most of what the log can hold. */
	boot_memory_tell_end();
	log_flush();
	paint_log();
	log_flush();
	timers_log();
	log_flush();
	tell_interrupts();
	tell_switches();
	log_flush();
	if (signal)
		log_line("the first process was killed by signal %d", signal);
	else
		log_line("the first process exited with status %d", WEXITSTATUS(wait_status));
	log_flush();
	screen_flush();
	if (signal)
		verdict_send(VERDICT_KILLED, signal, NULL);
	else
		verdict_send(VERDICT_EXIT, WEXITSTATUS(wait_status), NULL);
	verdict_end();
}

static void set_slice(void)
{
	uint64_t us;

	if (cmdline_size(boot_info.cmdline, "slice", &us) == 1 && us)
		sched_slice_ns = us * 1000;
}

/* Input, output and errors: the console. */
static struct fdtable *first_descriptors(void)
{
	struct fdtable *fds = fdtable_create();

	if (!fds)
		panic("no memory for the first descriptors");
	for (int fd = 0; fd < 3; fd++)
		fdtable_set(fds, fd, console_file());
	return fds;
}

void boot_first_process(void)
{
	char path[PATH_MAX_FIRST] = DEFAULT_PATH;
	const char *args;
	size_t args_size;
	int error;

	fdtables_init();
	exec_init();
	large_faults_init();
	ktest_call_init(boot_info.cmdline);
	archive_init();
	read_archives();
	boot_console_for_programs();
	set_slice();
	exit_last = finish;
	cmdline_get(boot_info.cmdline, "init", path, sizeof(path));
	args = archive_read(ARGS_PATH, &args_size);
	if (!args) {
		args = path;
		args_size = strlen(path) + 1;
	}
	error = exec_first(path, args, args_size, environment, sizeof(environment),
			   first_descriptors());
	if (error)
		panic("the first process, '%s', cannot be started: error %d", path, -error);
	/* space_create() has compared the slots with the master's. */
	log_line("proc: pid=%ld created, PML4 at %lx, kernel half linked", init_process->pid,
		 init_process->space->root.raw);
	boot_memory_tell();
	failalloc_init(boot_info.cmdline);
	/* Last: on another CPU it may have ended before this one looks again. */
	sched_start(process_first_thread(init_process));
}
