// cflags: -iquote tests/host/model_cpu
/* The kernel's TLB code, unchanged, on the CPUs of a model (tlb_model.h). */
#include "mm/pcid.c"
#include "mm/tlb.c"
#include "mm/tlb_cpu.c"
#include "mm/tlb_flush.c"
