/*
 * A plugin of QEMU that finds the longest stretches in which the guest's only CPU took no
 * interrupt, and what it did there.
 *
 * arguments: symbols=FILE   lines `ADDRESS KIND`, ascending: where each function begins, in
 *                           hexadecimal, and `cause` if a stretch is called by its name, `ignore`
 *                           if stretches that come to it do not count, else `plain`
 *            begin=ADDRESS  where counting begins: what comes before, the boot, does not count
 *            end=ADDRESS    where it ends: there the machine is done
 *            open=ADDRESS   of an instruction in ring 0 at which interrupts are taken (repeatable)
 *            out=FILE       where the result goes
 *
 * A stretch is the run of instructions in ring 0 from one place where interrupts are taken to the
 * next: ring 3, or an address given by open=. It has the name of the first function marked as a
 * cause that it comes to.
 *
 * Output: for each cause a line `cause F LENGTH`, its longest stretch; then lines `in F COUNT`, the
 * instructions of each function in the longest of all. F is a number of a line of the symbols, or
 * -1.
 */
#include "plugin.h"

#define OPEN_MAX 4

/* A function of the kernel, number 0 for code that has no name. */
struct function {
	uint64_t address;
	bool is_cause, is_ignored;
	uint64_t longest;	 /* stretch that is called by its name */
	uint64_t stretch, count; /* instructions of it in the stretch of that number */
	uint64_t in_longest;	 /* and in the longest of all */
};

static struct function *functions;
static size_t n_functions = 1;
static uint64_t open_places[OPEN_MAX];
static size_t n_open;

static bool counting;
static uint64_t stretch = 1, length, longest;
static struct function *cause;
static bool ignored;

/* What is passed for an instruction where interrupts are taken. */
static struct function open_place;

static struct function *function_at(uint64_t address)
{
	size_t low = 1, high = n_functions;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (functions[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return &functions[low - 1];
}

static void keep_counts(void)
{
	for (size_t i = 0; i < n_functions; i++) {
		struct function *f = &functions[i];

		f->in_longest = f->stretch == stretch ? f->count : 0;
	}
}

static void end_stretch(void)
{
	struct function *name = cause ? cause : &functions[0];

	if (!ignored && length > name->longest)
		name->longest = length;
	if (!ignored && length > longest) {
		longest = length;
		keep_counts();
	}
	stretch++;
	length = 0;
	cause = NULL;
	ignored = false;
}

static void on_insn(unsigned cpu, void *data)
{
	struct function *f = data;

	(void)cpu;
	if (f == &open_place) {
		if (length)
			end_stretch();
		return;
	}
	if (!counting)
		return;
	length++;
	if (!cause && f->is_cause)
		cause = f;
	ignored |= f->is_ignored;
	if (f->stretch != stretch)
		f->count = 0;
	f->stretch = stretch;
	f->count++;
}

static void on_begin(unsigned cpu, void *data)
{
	counting = true;
	on_insn(cpu, data);
}

static void on_end(unsigned cpu, void *data)
{
	(void)cpu;
	(void)data;
	end_stretch();
	counting = false;
}

static bool is_open(uint64_t address)
{
	for (size_t i = 0; i < n_open; i++)
		if (open_places[i] == address)
			return true;
	return false;
}

/* The lower half is ring 3, and before that the firmware and the boot loader. */
static void on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		bool open = address < USER_END || is_open(address);
		void *data = open ? &open_place : function_at(address);
		exec_cb callback = address == begin_address ? on_begin
				   : address == end_address ? on_end
							    : on_insn;

		qemu_plugin_register_vcpu_insn_exec_cb(insn, callback, NO_REGS, data);
	}
}

static void on_exit_of_qemu(uint64_t id, void *data)
{
	(void)id;
	(void)data;
	for (size_t i = 0; i < n_functions; i++)
		if (functions[i].longest)
			fprintf(out, "cause %zd %" PRIu64 "\n", (ssize_t)i - 1,
				functions[i].longest);
	for (size_t i = 0; i < n_functions; i++)
		if (functions[i].in_longest)
			fprintf(out, "in %zd %" PRIu64 "\n", (ssize_t)i - 1,
				functions[i].in_longest);
	fclose(out);
}

/* Reads the functions; false when that fails. */
static bool read_symbols(const char *path)
{
	FILE *file = fopen(path, "r");
	uint64_t address;
	char kind[8];

	functions = calloc(1, sizeof(*functions));
	if (!file || !functions)
		return false;
	while (fscanf(file, "%" SCNx64 " %7s", &address, kind) == 2) {
		functions = realloc(functions, (n_functions + 1) * sizeof(*functions));
		if (!functions)
			abort();
		functions[n_functions++] = (struct function){.address = address,
							     .is_cause = !strcmp(kind, "cause"),
							     .is_ignored = !strcmp(kind, "ignore")};
	}
	fclose(file);
	return n_functions > 1;
}

/* Takes one argument of its own; false when it is wrong. */
static bool take(const char *name, const char *value)
{
	if (!strcmp(name, "symbols"))
		return read_symbols(value);
	if (!strcmp(name, "open") && n_open < OPEN_MAX)
		return (open_places[n_open++] = strtoull(value, NULL, 16)) != 0;
	return false;
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (!take_arguments("stretch", argc, argv, take) || !functions || !begin_address ||
	    !end_address || !n_open)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
	return 0;
}
