/* An address that user mode handed in is never dereferenced: user copies check it. */
// error: invalid type argument of unary
// error: indirection requires pointer operand
#include "proc/usercopy.h"

sysret_t read_number(uaddr_t at, int *number);

sysret_t read_number(uaddr_t at, int *number)
{
#ifdef MIXED
	*number = *at;
	return 0;
#else
	return copy_from_user(number, at, sizeof(*number));
#endif
}
