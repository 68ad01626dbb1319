/* A number, be it a virtual address, does not become a physical address by itself. */
// error: incompatible type for argument
// error: to parameter of incompatible type 'paddr_t'
#include "lib/addr.h"

pfn_t frame_of(uint64_t address);

pfn_t frame_of(uint64_t address)
{
#ifdef MIXED
	return paddr_to_pfn(address);
#else
	return paddr_to_pfn(PADDR(address));
#endif
}
