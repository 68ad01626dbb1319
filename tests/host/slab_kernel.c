// cflags: -iquote tests/host/model_ram -iquote tests/host/model_cpu -DDEBUG
/* The slab caches of debug builds, unchanged, on the CPUs and in the RAM of a model. */
#include "mm/poison.c"
#include "mm/slab.c"
#include "mm/slab_guard.c"
#include "mm/slab_store.c"

#include "slab_kernel.h"

void slab_kernel_forget(void)
{
	memset(slab_magazines, 0, sizeof(slab_magazines));
	slab_cache_count = 0;
}
