/* Offsets of C structures for assembly: the build turns each line into a #define. */
#include "arch/x86_64/cpu.h"

/* As the text of a directive: clang reads what it is given as assembly. */
#define LINE(name, value) __asm__ volatile("\n.ascii \"->" #name " %c0\"" : : "i"(value))

#define OFFSET(name, type, member) LINE(name, offsetof(type, member))

void asm_offsets(void);

void asm_offsets(void)
{
	OFFSET(TF_VECTOR, struct trapframe, vector);
	OFFSET(TF_RIP, struct trapframe, rip);
	OFFSET(TF_CS, struct trapframe, cs);
	OFFSET(TF_RSP, struct trapframe, rsp);
	LINE(TF_SIZE, sizeof(struct trapframe));
	LINE(VECTOR_SYSCALL, VECTOR_SYSCALL);
}
