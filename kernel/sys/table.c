#include "sys/syscall.h"

#include "abi/errno.h"
#include "abi/ktest.h"
#include "abi/syscall_nr.h"
#include "core/log.h"
#include "lib/bitmap.h"
#include "proc/process.h"
#include "sys/args.h"
#include "sys/ktest_call.h"

#define LAST_NUMBER  511  /* of the table */
#define NUMBERS_TOLD 1024 /* numbers from here on are told once in all */

typedef sysret_t (*syscall_fn)(const struct trapframe *call);

/* The second initialiser of a number, the handler's, is meant to override the first. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const syscall_fn table[] = {
	[0 ... LAST_NUMBER] = syscall_missing,
#define SYSCALL(number, name) [number] = sys_##name,
#include "abi/syscalls.def"
#undef SYSCALL
};
#pragma GCC diagnostic pop

/* Told once for each number; two CPUs may come here at the same time. */
sysret_t syscall_missing(const struct trapframe *call)
{
	static uint64_t told[BITMAP_WORDS(NUMBERS_TOLD + 1)];
	uint32_t number = (uint32_t)call->error;
	uint32_t index = MIN(number, (uint32_t)NUMBERS_TOLD);
	uint64_t bit = 1ULL << (index % 64);

	if (!(__atomic_fetch_or(&told[index / 64], bit, __ATOMIC_RELAXED) & bit))
		log_line("sys: call %u does not exist here (pid=%ld, %s)", number,
			 current_thread()->process->pid, current_thread()->process->name);
	return -ENOSYS;
}

/* As Linux: the number is the lower half of RAX. */
sysret_t syscall_dispatch(struct trapframe *frame)
{
	uint64_t number = (uint32_t)frame->error;

	if (unlikely(number >= ARRAY_SIZE(table)))
		return number == NR_KTEST ? sys_ktest(frame) : syscall_missing(frame);
	return table[number](frame);
}

bool syscall_lacked_memory(const struct trapframe *call)
{
	if ((uint32_t)call->error == NR_brk)
		return call->rax < arg_u64(call, 0);
	return call->rax == (uint64_t)-ENOMEM;
}
