/* An address that user mode handed in is not taken for a physical one. */
// error: incompatible type for argument
// error: passing 'uaddr_t'
#include "mm/phys.h"

void *reach(uaddr_t asked, paddr_t frame);

void *reach(uaddr_t asked, paddr_t frame)
{
#ifdef MIXED
	return phys_to_virt(asked);
#else
	return asked.raw ? phys_to_virt(frame) : NULL;
#endif
}
