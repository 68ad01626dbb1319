/*
 * The benchmark: what one operation of the kernel costs, in ticks of the time stamp counter, row by
 * row. It relies on nothing but the system calls that its rows name.
 *
 * usage: bench [ROW...]
 *
 * A child runs the rows and leaves the results in shared memory; the parent prints them when it has
 * ended, so that no output is under way while a row is measured. For each row it is a line
 * `NAME median=N min=N mode=N samples=SxB`, S samples of B operations each, or `NAME absent`.
 */
// cflags: -Wl,-Ttext-segment=0x10000000
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_SAMPLES   100
#define MAX_RESULTS   64
#define WARM_UP	      2
#define EMPTY_SAMPLES 100
#define EMPTY_BATCH   200

/* What became of a row; in ticks of one operation. */
struct result {
	const struct row *row;
	enum { RUNNING, ABSENT, MEASURED } state;
	uint64_t median, min, mode;
};

static const struct row *const tables[] = {call_rows, memory_rows, process_rows};
static struct result *results; /* MAX_RESULTS of them, shared; those with a row are valid */
static struct result *current; /* the row that runs */
static uint64_t empty_ticks;   /* of EMPTY_BATCH rounds of a loop that does nothing */

void bench_fail(const char *what, long result)
{
	printf("bench: %s: %s: failed with %ld\n", current ? current->row->name : "start", what,
	       result);
	fflush(stdout);
	_exit(1);
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* What comes most often in a sorted list; the smallest of several. */
static uint64_t mode_of(const uint64_t *sorted, unsigned count)
{
	unsigned best = 0, best_run = 0, run = 0;

	for (unsigned i = 0; i < count; i++) {
		run = i && sorted[i] == sorted[i - 1] ? run + 1 : 1;
		if (run > best_run) {
			best_run = run;
			best = i;
		}
	}
	return sorted[best];
}

/*
 * Long nops that do nothing, and tell tools/profile which samples count: those between them. The
 * first series is the empty loop, each further one a row. The operands read "BEGN" and "END!".
 */
static void mark_begin(void)
{
	__asm__ volatile("nopl 0x4e474542(%rax,%rax,1)");
}

static void mark_end(void)
{
	__asm__ volatile("nopl 0x21444e45(%rax,%rax,1)");
}

/* Ticks of one operation, the empty loop's share subtracted. */
static uint64_t per_operation(uint64_t taken, unsigned batch)
{
	uint64_t loop = empty_ticks * batch / EMPTY_BATCH;

	return taken > loop ? (taken - loop + batch / 2) / batch : 0;
}

static uint64_t empty_sample(unsigned batch)
{
	return TIMED(batch, (void)0);
}

static void measure_empty(void)
{
	uint64_t taken[EMPTY_SAMPLES];

	mark_begin();
	for (unsigned i = 0; i < EMPTY_SAMPLES; i++)
		taken[i] = empty_sample(EMPTY_BATCH);
	mark_end();
	qsort(taken, EMPTY_SAMPLES, sizeof(taken[0]), compare);
	empty_ticks = taken[EMPTY_SAMPLES / 2];
}

static void summarize(struct result *result, uint64_t *taken)
{
	const struct row *row = result->row;

	for (unsigned i = 0; i < row->samples; i++)
		taken[i] = per_operation(taken[i], row->batch);
	qsort(taken, row->samples, sizeof(taken[0]), compare);
	result->median = taken[row->samples / 2];
	result->min = taken[0];
	result->mode = mode_of(taken, row->samples);
	result->state = MEASURED;
}

static void run_row(const struct row *row)
{
	uint64_t taken[MAX_SAMPLES] = {0};

	current = current ? current + 1 : results;
	if (current == results + MAX_RESULTS)
		bench_fail("too many rows", MAX_RESULTS);
	current->row = row;
	if (row->prepare && !row->prepare()) {
		current->state = ABSENT;
		return;
	}
	for (unsigned i = 0; i < WARM_UP; i++)
		row->sample(row->batch);
	mark_begin();
	for (unsigned i = 0; i < row->samples; i++)
		taken[i] = row->sample(row->batch);
	mark_end();
	if (row->finish)
		row->finish();
	summarize(current, taken);
}

static const struct row *find_row(const char *name)
{
	for (unsigned i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct row *row = tables[i]; row->name; row++)
			if (!strcmp(row->name, name))
				return row;
	return NULL;
}

/* Runs the rows with these names, or all when there are none. */
static void run_rows(char **names, int count)
{
	measure_empty();
	for (int i = 0; i < count; i++)
		run_row(find_row(names[i]));
	for (unsigned i = 0; count == 0 && i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct row *row = tables[i]; row->name; row++)
			run_row(row);
}

/*
 * Drops names that are no row's; returns how many are left, -1 for a wrong name. A kernel may hand
 * the words of its command line that it does not know to the first process: those pass.
 */
static int check_names(char **names, int count)
{
	int kept = 0;

	for (int i = 0; i < count; i++) {
		if (find_row(names[i])) {
			names[kept++] = names[i];
		} else if (getpid() != 1) {
			fprintf(stderr, "bench: no row is named %s\n", names[i]);
			return -1;
		}
	}
	return kept;
}

static void print_result(const struct result *result)
{
	const struct row *row = result->row;

	if (result->state == RUNNING)
		printf("%s was not finished\n", row->name);
	else if (result->state == ABSENT)
		printf("%s absent\n", row->name);
	else
		printf("%s median=%lu min=%lu mode=%lu samples=%ux%u\n", row->name, result->median,
		       result->min, result->mode, row->samples, row->batch);
}

/* Runs rows in a child and prints the results; 0 when it ended well. */
static int run_in_child(char **names, int count)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		run_rows(names, count);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		bench_fail("fork or wait", child);
	for (int i = 0; i < MAX_RESULTS && results[i].row; i++)
		print_result(&results[i]);
	if (status)
		printf("bench: the child ended with wait status %#x\n", (unsigned)status);
	return status != 0;
}

int main(int argc, char **argv)
{
	uint64_t start = ticks();
	int count = check_names(argv + 1, argc - 1);

	if (count < 0)
		return 2;
	printf("bench: started at tick %lu\n", start);
	fflush(stdout);
	results = mmap(NULL, MAX_RESULTS * sizeof(*results), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		bench_fail("mmap of shared memory", 0);
	return run_in_child(argv + 1, count);
}
