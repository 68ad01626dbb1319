/* An address that user mode handed in is no pointer for memcpy(). */
// error: incompatible type for argument
// error: passing 'uaddr_t'
#include "lib/string.h"
#include "proc/usercopy.h"

sysret_t read_bytes(void *to, uaddr_t from, size_t size);

sysret_t read_bytes(void *to, uaddr_t from, size_t size)
{
#ifdef MIXED
	memcpy(to, from, size);
	return 0;
#else
	return copy_from_user(to, from, size);
#endif
}
