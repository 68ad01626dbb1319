/* A pointer is no physical address: translated twice, it would be neither. */
// error: incompatible type for argument
// error: passing 'void *'
#include "mm/phys.h"

void *same(paddr_t frame);

void *same(paddr_t frame)
{
	void *va = phys_to_virt(frame);
#ifdef MIXED
	return phys_to_virt(va);
#else
	return phys_to_virt(direct_map_to_phys(va));
#endif
}
