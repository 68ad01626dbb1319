/* A physical address is no pointer: the direct map's is another number. */
// error: incompatible type for argument
// error: passing 'paddr_t'
#include "lib/addr.h"
#include "lib/string.h"
#include "mm/phys.h"

void clear(paddr_t frame);

void clear(paddr_t frame)
{
#ifdef MIXED
	memset(frame, 0, PAGE_SIZE);
#else
	memset(phys_to_virt(frame), 0, PAGE_SIZE);
#endif
}
