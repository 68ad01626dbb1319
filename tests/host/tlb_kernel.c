// cflags: -iquote tests/host/model_cpu
/* The kernel's TLB code, unchanged, on the CPUs of a model (tlb_model.h). */
#include "../../kernel/mm/pcid.c"
#include "../../kernel/mm/tlb.c"
#include "../../kernel/mm/tlb_cpu.c"
#include "../../kernel/mm/tlb_flush.c"
