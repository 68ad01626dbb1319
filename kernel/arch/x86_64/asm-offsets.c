/* Offsets of C structures for assembly: the build turns each line into a #define. */
#include "arch/x86_64/cpu.h"

#define OFFSET(name, type, member) \
	__asm__ volatile("\n->" #name " %c0" : : "i"(offsetof(type, member)))

void asm_offsets(void);

void asm_offsets(void)
{
	OFFSET(CPU_USER_RSP, struct cpu, user_rsp);
	OFFSET(TF_VECTOR, struct trapframe, vector);
	OFFSET(TF_RIP, struct trapframe, rip);
	OFFSET(TF_CS, struct trapframe, cs);
	OFFSET(TF_RSP, struct trapframe, rsp);
	__asm__ volatile("\n->TF_SIZE %c0" : : "i"(sizeof(struct trapframe)));
	__asm__ volatile("\n->VECTOR_SYSCALL %c0" : : "i"(VECTOR_SYSCALL));
}
