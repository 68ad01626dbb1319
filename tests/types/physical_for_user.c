/* A physical address is not taken for an address of user mode's. */
// error: incompatible type for argument
// error: to parameter of incompatible type 'uaddr_t'
#include "proc/usercopy.h"

sysret_t tell_frame(uaddr_t at, paddr_t frame);

sysret_t tell_frame(uaddr_t at, paddr_t frame)
{
#ifdef MIXED
	return copy_to_user(frame, &frame, sizeof(frame));
#else
	return copy_to_user(at, &frame, sizeof(frame));
#endif
}
