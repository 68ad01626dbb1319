/*
 * A plugin of QEMU that counts the instructions of the guest's only CPU, by call path.
 *
 * arguments: symbols=FILE   lines `ADDRESS` in hexadecimal, ascending: where each function begins
 *            out=FILE       where the counts go
 *            begin=ADDRESS, end=ADDRESS   count one sample, from the first execution of one address
 *                           to the first of the other (a boot); without them as follows
 *
 * A program marks what is to be counted: a series lies between the nops that user/bench/main.c has,
 * and a sample in it from one RDTSC of the program's to the next.
 *
 * Output: for each sample a line `sample SERIES TOTAL`, then lines `COUNT F;F;...`, outermost
 * function first, each a number of a line of the symbols, or -1; then lines `at ADDRESS COUNT` for
 * each instruction that was executed. In ring 3 a path has one function;
 * in the kernel the path begins anew at each entry. Paths follow calls and returns.
 */
#include "plugin.h"

#define PROGRAM_END 0x0000000080000000ul /* static programs are below, Linux' vDSO is not */
#define MARK_SIZE   8

static const uint8_t mark_begin[MARK_SIZE] = {0x0f, 0x1f, 0x84, 0x00, 'B', 'E', 'G', 'N'};
static const uint8_t mark_end[MARK_SIZE] = {0x0f, 0x1f, 0x84, 0x00, 'E', 'N', 'D', '!'};

/* What an instruction means here. */
enum kind { PLAIN, CALL, RETURN, RDTSC, MARK_BEGIN, MARK_END };

/* An instruction of the guest; made when it is first translated, and kept. */
struct insn {
	struct insn *next; /* in its bucket */
	uint64_t address, count;
	int function;
	enum kind kind;
	bool user;
};

/* A function at a place in a path. */
struct node {
	struct node *parent, *children, *sibling;
	int function;
	uint64_t count;
};

#define BUCKETS 65536

static struct insn *buckets[BUCKETS];
static uint64_t *symbols;
static size_t n_symbols;

static struct node root = {.function = -1}; /* never counts */
static struct node *current = &root;
static enum kind last_kind = PLAIN;
static bool last_user;
static int series = -1;
static bool in_series, counting;
static uint64_t total;

static void *allocate(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		abort();
	return p;
}

/* The function that an address lies in: the last symbol that is not above it, or -1. */
static int function_at(uint64_t address)
{
	size_t low = 0, high = n_symbols;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (symbols[middle] <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return (int)low - 1;
}

static struct node *child_of(struct node *parent, int function)
{
	struct node *node;

	for (node = parent->children; node; node = node->sibling)
		if (node->function == function)
			return node;
	node = allocate(sizeof(*node));
	node->parent = parent;
	node->function = function;
	node->sibling = parent->children;
	parent->children = node;
	return node;
}

/* The nearest node on the path, from its end, that stands for the function; NULL when none does. */
static struct node *on_path(struct node *node, int function)
{
	for (; node != &root; node = node->parent)
		if (node->function == function)
			return node;
	return NULL;
}

/*
 * Makes `current` the path of an instruction that is executed next. The kernel does not recurse: a
 * function that is on the path already has been returned to, or has emptied the stack.
 */
static void follow(const struct insn *insn)
{
	bool entered = insn->user || last_user || current == &root;
	struct node *node;

	if (current->function == insn->function && insn->user == last_user && current != &root)
		return;
	if (entered)
		current = child_of(&root, insn->function);
	else if ((node = on_path(current, insn->function)))
		current = node;
	else if (last_kind == CALL)
		current = child_of(current, insn->function);
	else /* a jump: that function will return in place of this one */
		current = child_of(current->parent, insn->function);
}

static void write_path(const struct node *node)
{
	if (node->parent != &root) {
		write_path(node->parent);
		fputc(';', out);
	}
	fprintf(out, "%d", node->function);
}

/* Writes and clears the counts below a node. (As deep as the guest's calls.) */
static void write_counts(struct node *node)
{
	if (node->count) {
		fprintf(out, "%" PRIu64 " ", node->count);
		write_path(node);
		fputc('\n', out);
		node->count = 0;
	}
	for (node = node->children; node; node = node->sibling)
		write_counts(node);
}

/* Writes and clears the counts of single instructions. */
static void write_addresses(void)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct insn *insn = buckets[i]; insn; insn = insn->next) {
			if (insn->count)
				fprintf(out, "at %" PRIx64 " %" PRIu64 "\n", insn->address,
					insn->count);
			insn->count = 0;
		}
	}
}

static void begin_sample(void)
{
	counting = true;
	total = 0;
	current = &root;
	last_kind = PLAIN;
}

static void end_sample(void)
{
	counting = false;
	fprintf(out, "sample %d %" PRIu64 "\n", series, total);
	write_counts(&root);
	write_addresses();
	fflush(out);
}

static void count(struct insn *insn)
{
	follow(insn);
	insn->count++;
	current->count++;
	total++;
	last_kind = insn->kind;
	last_user = insn->user;
}

static void on_mark(bool begin)
{
	in_series = begin;
	series += begin;
}

/* Each instruction is counted, but the RDTSC at which a sample begins. */
static void on_insn(unsigned cpu, void *data)
{
	struct insn *insn = data;
	bool was_counting = counting;

	(void)cpu;
	if (!counting && insn->address == begin_address)
		begin_sample();
	if (counting && insn->address == end_address)
		end_sample();
	if (counting)
		count(insn);
	if (insn->kind == MARK_BEGIN || insn->kind == MARK_END)
		on_mark(insn->kind == MARK_BEGIN);
	if (insn->kind != RDTSC || !in_series)
		return;
	if (was_counting)
		end_sample();
	else
		begin_sample();
}

static bool is_call(const uint8_t *code, size_t size)
{
	/* CALL rel32; CALL r/m64 without or with a REX prefix (SDM 2A, CALL) */
	if (code[0] == 0xe8)
		return true;
	if ((code[0] & 0xf0) == 0x40 && size > 2)
		code++;
	return code[0] == 0xff && (code[1] >> 3 & 7) == 2 && size > 1;
}

static enum kind kind_of(const uint8_t *code, size_t size, uint64_t address)
{
	if (size == 2 && code[0] == 0x0f && code[1] == 0x31 && address < PROGRAM_END)
		return RDTSC;
	if (size == MARK_SIZE && address < PROGRAM_END) {
		if (!memcmp(code, mark_begin, MARK_SIZE))
			return MARK_BEGIN;
		if (!memcmp(code, mark_end, MARK_SIZE))
			return MARK_END;
	}
	if (is_call(code, size))
		return CALL;
	return code[0] == 0xc3 || code[0] == 0xc2 ? RETURN : PLAIN;
}

/*
 * The record of an instruction. Another one at the same address, of another program or mode, has
 * another kind and thus another record.
 */
static struct insn *insn_at(uint64_t address, enum kind kind)
{
	struct insn **bucket = &buckets[(address ^ address >> 16) % BUCKETS], *insn;

	for (insn = *bucket; insn; insn = insn->next)
		if (insn->address == address && insn->kind == kind)
			return insn;
	insn = allocate(sizeof(*insn));
	insn->address = address;
	insn->function = function_at(address);
	insn->kind = kind;
	/* A boot begins in the lower half, and is over when ring 3 is reached. */
	insn->user = address < USER_END && !begin_address;
	insn->next = *bucket;
	*bucket = insn;
	return insn;
}

static void on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		enum kind kind =
			kind_of(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn), address);

		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_insn, NO_REGS,
						       insn_at(address, kind));
	}
}

/* Reads the symbols' addresses; false when that fails. */
static bool read_symbols(const char *path)
{
	FILE *file = fopen(path, "r");
	uint64_t address;

	if (!file)
		return false;
	while (fscanf(file, "%" SCNx64, &address) == 1) {
		symbols = realloc(symbols, (n_symbols + 1) * sizeof(*symbols));
		if (!symbols)
			abort();
		symbols[n_symbols++] = address;
	}
	fclose(file);
	return n_symbols > 0;
}

/* Takes one argument of its own; false when it is wrong. */
static bool take(const char *name, const char *value)
{
	return !strcmp(name, "symbols") && read_symbols(value);
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (!take_arguments("insn", argc, argv, take) || !symbols)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
