/* The end of the machine's work, asked for by a program. */
#include "abi/reboot.h"

#include "abi/errno.h"
#include "core/log.h"
#include "dev/keyboard.h"
#include "dev/power.h"
#include "proc/thread.h"
#include "proc/usercopy.h"
#include "sys/args.h"
#include "sys/syscall.h"

#define COMMAND_SIZE 256

static bool is_magic(uint32_t magic1, uint32_t magic2)
{
	return magic1 == LINUX_REBOOT_MAGIC1 &&
	       (magic2 == LINUX_REBOOT_MAGIC2 || magic2 == LINUX_REBOOT_MAGIC2A ||
		magic2 == LINUX_REBOOT_MAGIC2B || magic2 == LINUX_REBOOT_MAGIC2C);
}

static sysret_t reboot_again(struct thread *thread)
{
	(void)thread;
	return sys_reboot(frame_slot());
}

/* While another CPU has the machine stand still, this one must come to its exit loop. */
static sysret_t end_with(enum power_action action)
{
	power_end(action);
	return thread_continue(current_thread(), SYS_AGAIN, reboot_again, NULL, CONT_KILLABLE);
}

/* With words for the firmware, which on a PC nobody reads; as Linux, only the first are taken. */
static sysret_t restart_with(uaddr_t words)
{
	char command[COMMAND_SIZE];
	sysret_t length = copy_string_from_user(command, words, sizeof(command));

	if (length < 0 && length != -ENAMETOOLONG)
		return length;
	command[COMMAND_SIZE - 1] = '\0';
	log_line("reboot: restart with '%s'", command);
	return end_with(POWER_RESET);
}

/* All processes are the superuser's, so that none is refused by -EPERM. */
sysret_t sys_reboot(const struct trapframe *call)
{
	if (!is_magic(arg_uint(call, 0), arg_uint(call, 1)))
		return -EINVAL;
	switch (arg_uint(call, 2)) {
	case LINUX_REBOOT_CMD_CAD_OFF:
		keyboard_set_ctrl_alt_del(false);
		return 0;
	case LINUX_REBOOT_CMD_CAD_ON:
		keyboard_set_ctrl_alt_del(true);
		return 0;
	case LINUX_REBOOT_CMD_RESTART:
		return end_with(POWER_RESET);
	case LINUX_REBOOT_CMD_HALT:
		return end_with(POWER_HALT);
	case LINUX_REBOOT_CMD_POWER_OFF:
		return end_with(POWER_OFF);
	case LINUX_REBOOT_CMD_RESTART2:
		return restart_with(arg_uaddr(call, 3));
	default:
		return -EINVAL;
	}
}
