#include "ktest/ktest.h"

#include "arch/x86_64/cpu.h"
#include "core/log.h"
#include "lib/cmdline.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "proc/ktask.h"

extern const struct ktest ktest_start[], ktest_end[];

uint64_t ktest_rounds = 1000;
static const struct ktest *chosen;
static uint32_t chosen_cpu;

static const struct ktest *find(const char *name, size_t length)
{
	for (const struct ktest *test = ktest_start; test < ktest_end; test++) {
		if (strlen(test->name) == length && strncmp(test->name, name, length) == 0)
			return test;
	}
	return NULL;
}

/* "name" or "name:cpu". */
static void choose(const char *word)
{
	size_t length = 0;

	while (word[length] && word[length] != ':')
		length++;
	chosen = find(word, length);
	for (const char *digit = word + length + (word[length] == ':'); *digit; digit++)
		chosen_cpu = chosen_cpu * 10 + (uint32_t)(*digit - '0');
}

static sysret_t run_chosen(struct thread *task)
{
	if (this_cpu()->id == chosen_cpu) {
		log_line("ktest: %s on CPU %u", chosen->name, chosen_cpu);
		chosen->run(chosen_cpu);
		log_line("ktest: %s ended", chosen->name);
	}
	thread_prepare_wait(task);
	return SYS_BLOCKED;
}

void ktest_at_boot(const char *cmdline)
{
	char word[48];
	struct thread *task;

	if (cmdline_get(cmdline, "ktest", word, sizeof(word)) < 0)
		return;
	choose(word);
	if (cmdline_size(cmdline, "rounds", &ktest_rounds) < 0)
		log_line("the word rounds= is no number and is ignored");
	if (!chosen || chosen_cpu >= cpu_count) {
		log_line("ktest: there is no test '%s'", word);
		return;
	}
	task = ktask_start_on("ktest", run_chosen, chosen_cpu);
	if (!task)
		panic("no memory for the test");
}
