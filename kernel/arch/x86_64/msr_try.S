/* Model-specific registers that may not exist (msr.h). */
#include "arch/x86_64/extable_entry.h"

	.text
	.global msr_try_read
/* bool msr_try_read(uint32_t msr: edi, uint64_t *value: rsi) */
msr_try_read:
	mov %edi, %ecx
read:
	rdmsr
	shl $32, %rdx
	or %rdx, %rax
	mov %rax, (%rsi)
	mov $1, %eax
	ret

	.global msr_try_write
/* bool msr_try_write(uint32_t msr: edi, uint64_t value: rsi) */
msr_try_write:
	mov %edi, %ecx
	mov %esi, %eax
	mov %rsi, %rdx
	shr $32, %rdx
write:
	wrmsr
	mov $1, %eax
	ret

refused:
	xor %eax, %eax
	ret

	may_fault read, refused, VECTOR_GP
	may_fault write, refused, VECTOR_GP
