#include "core/trace.h"

#ifdef DEBUG

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/tsc.h"
#include "arch/x86_64/vectors.h"
#include "core/trapinfo.h"

struct trace {
	uint64_t count; /* of entries ever; written by its own CPU only */
	struct {
		uint64_t ns, rip, error;
		uint32_t vector;
	} entries[TRACE_ENTRIES];
};

static DEFINE_PERCPU(struct trace, trace);

void trace_entry(const struct trapframe *tf)
{
	struct trace *t = PERCPU(trace);
	uint64_t n = t->count % TRACE_ENTRIES;

	t->entries[n].ns = clock_ns();
	t->entries[n].rip = tf->rip;
	t->entries[n].error = tf->error;
	t->entries[n].vector = (uint32_t)tf->vector;
	__atomic_store_n(&t->count, t->count + 1, __ATOMIC_RELEASE);
}

/* `error` is the number of a system call, or the error code of an exception. */
static void print_one(struct printer *out, uint32_t cpu, const struct trace *t, uint64_t n)
{
	uint64_t us = t->entries[n].ns / 1000;
	uint32_t vector = t->entries[n].vector;

	print(out, "CPU %u %4lu.%06lu %016lx %s", cpu, us / 1000000, us % 1000000,
	      t->entries[n].rip, trap_name(vector));
	if (vector == VECTOR_SYSCALL)
		print(out, " %lu\n", t->entries[n].error);
	else if (vector < VECTOR_EXCEPTIONS)
		print(out, ", error code 0x%lx\n", t->entries[n].error);
	else
		print(out, " 0x%x\n", vector);
}

bool trace_print(struct printer *out, uint32_t cpu)
{
	const struct trace *t = PERCPU_OF(cpu, trace);
	uint64_t end = __atomic_load_n(&t->count, __ATOMIC_ACQUIRE);
	uint64_t first = end > TRACE_ENTRIES ? end - TRACE_ENTRIES : 0;

	for (uint64_t i = first; i < end; i++)
		print_one(out, cpu, t, i % TRACE_ENTRIES);
	return true;
}

#else

bool trace_print(struct printer *out, uint32_t cpu)
{
	(void)out;
	(void)cpu;
	return false;
}

#endif
