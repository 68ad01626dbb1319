/* A physical address is no number: what is added to it is bytes, and paddr_add() says so. */
// error: invalid operands to binary
#include "lib/addr.h"

paddr_t next_frame(paddr_t frame);

paddr_t next_frame(paddr_t frame)
{
#ifdef MIXED
	return frame + PAGE_SIZE;
#else
	return paddr_add(frame, PAGE_SIZE);
#endif
}
