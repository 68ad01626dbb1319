// The reboot call: `off`, `reset`, `restart2` or `halt` do that; `refused` tries all that must be
// refused, and would end otherwise than well if it were not. On Stoa only.
#include "say.h"

#include <sys/reboot.h>

#define MAGIC1	    0xfee1dead
#define MAGIC2	    0x28121969
#define MAGIC2A	    0x05121996
#define MAGIC2B	    0x16041998
#define MAGIC2C	    0x20112000
#define RB_RESTART2 0xa1b2c3d4

static long call(unsigned magic1, unsigned magic2, unsigned command, const void *words)
{
	return sys(SYS_reboot, magic1, magic2, command, words);
}

static const struct {
	unsigned magic1, magic2, command;
	long result;
} refused[] = {
	{0, 0, RB_POWER_OFF, -EINVAL},
	{MAGIC1, 0, RB_POWER_OFF, -EINVAL},
	{MAGIC1, MAGIC2 + 1, RB_POWER_OFF, -EINVAL},
	{MAGIC1 + 1, MAGIC2, RB_POWER_OFF, -EINVAL},
	{MAGIC2, MAGIC1, RB_POWER_OFF, -EINVAL},
	{MAGIC1, MAGIC2A, 1, -EINVAL},
	{MAGIC1, MAGIC2B, RB_KEXEC, -EINVAL},
	{MAGIC1, MAGIC2C, RB_SW_SUSPEND, -EINVAL},
	// Words that cannot be read.
	{MAGIC1, MAGIC2, RB_RESTART2, -EFAULT},
};

static int try_refused(void)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		long result =
			call(refused[i].magic1, refused[i].magic2, refused[i].command, (void *)8);

		if (result != refused[i].result) {
			say("call %zu: %s\n", i, result_name(result));
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		unsigned command;
	} commands[] = {
		{"off", RB_POWER_OFF},
		{"reset", RB_AUTOBOOT},
		{"restart2", RB_RESTART2},
		{"halt", RB_HALT_SYSTEM},
	};

	if (argc != 2)
		return 99;
	if (strcmp(argv[1], "refused") == 0)
		return try_refused();
	say("before\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			call(MAGIC1, MAGIC2, commands[i].command, "again");
	return 98;
}
