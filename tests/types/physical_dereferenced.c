/* A physical address cannot be dereferenced. */
// error: invalid type argument of unary
// error: indirection requires pointer operand
#include "mm/phys.h"

unsigned char first_byte(paddr_t frame);

unsigned char first_byte(paddr_t frame)
{
#ifdef MIXED
	return *frame;
#else
	return *(unsigned char *)phys_to_virt(frame);
#endif
}
