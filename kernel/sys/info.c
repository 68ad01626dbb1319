/* What the system says about itself. */
#include "abi/utsname.h"
#include "proc/usercopy.h"
#include "sys/args.h"
#include "sys/syscall.h"

/*
 * Programs ask for what they can rely on, which is Linux's interface: that of the release named
 * here, as far as calls exist.
 */
sysret_t sys_uname(const struct trapframe *call)
{
	static const struct utsname name = {
		.sysname = "Linux",
		.nodename = "stoa",
		.release = "6.1.0-stoa",
		.version = "Stoa",
		.machine = "x86_64",
		.domainname = "(none)",
	};

	return copy_to_user(arg_uaddr(call, 0), &name, sizeof(name));
}
