/* A kernel pointer is not taken for an address of user mode's: a copy would overwrite the kernel.
 */
// error: incompatible type for argument
// error: to parameter of incompatible type 'uaddr_t'
#include "proc/usercopy.h"

sysret_t write_number(uaddr_t at, int number);

sysret_t write_number(uaddr_t at, int number)
{
#ifdef MIXED
	return copy_to_user(&number, &number, sizeof(number));
#else
	return copy_to_user(at, &number, sizeof(number));
#endif
}
