/* A frame number counts pages; a physical address bytes. */
// error: incompatible type for argument
// error: to parameter of incompatible type 'paddr_t'
#include "mm/phys.h"

void *frame_at(pfn_t pfn);

void *frame_at(pfn_t pfn)
{
#ifdef MIXED
	return phys_to_virt(pfn);
#else
	return phys_to_virt(pfn_to_paddr(pfn));
#endif
}
