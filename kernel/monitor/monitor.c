#include "monitor/monitor.h"

#include "arch/x86_64/cr.h"
#include "core/panic.h"
#include "lib/string.h"
#include "monitor/command.h"
#include "monitor/keys.h"
#include "monitor/output.h"
#include "proc/ktask.h"

#define LINE_MAX 80

#define KEY_CTRL_C    0x03
#define KEY_BACKSPACE 0x08
#define KEY_CTRL_O    0x0f
#define KEY_CTRL_U    0x15
#define KEY_DELETE    0x7f

/* Used by the task alone; after a panic, by the only CPU that runs. */
static struct {
	enum uart uart;
	struct thread *task;
	bool entered;
	int last_key;  /* while not entered */
	int typed_key; /* while a command runs: taken from the port, not looked at yet; or -1 */
	char line[LINE_MAX];
	size_t length;
	const struct command *command; /* that runs, or NULL */
	struct run run;
} monitor;

/* The next key of the serial line, or of the keyboard, whose user then sees the answer; or -1. */
static int next_key(void)
{
	int key = monitor.uart < UARTS ? uart_read(monitor.uart) : -1;

	if (key >= 0)
		return key;
	key = keys_take();
	if (key >= 0)
		output_show();
	return key;
}

static void prompt(void)
{
	monitor.length = 0;
	print(&monitor.run.out, "monitor> ");
}

static void enter_monitor(void)
{
	monitor.entered = true;
	monitor.typed_key = -1;
	monitor.command = NULL;
	monitor.run.out.write = output_write;
	print(&monitor.run.out, "\nmonitor: 'help' tells the commands, 'continue' leaves\n");
	prompt();
}

void monitor_leave(void)
{
	monitor.entered = false;
	monitor.last_key = 0;
}

/* --- a line --- */

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < commands_count; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

/* The command of the line, ready to run; or NULL, told why. */
static const struct command *line_parse(struct run *run)
{
	const struct command *command;
	int args;

	*run = (struct run){.out = run->out};
	if (!run_split(run, monitor.line)) {
		print(&run->out, "too many words\n");
		return NULL;
	}
	if (run->argc == 0)
		return NULL;
	command = command_find(run->argv[0]);
	args = run->argc - 1;
	if (!command) {
		print(&run->out, "there is no command '%s'; try 'help'\n", run->argv[0]);
	} else if (args < command->args_min || args > command->args_max) {
		print(&run->out, "usage: %s %s\n", command->name, command->args);
		return NULL;
	}
	return command;
}

static void line_end(void)
{
	print(&monitor.run.out, "\n");
	monitor.line[monitor.length] = '\0';
	monitor.command = line_parse(&monitor.run);
	if (!monitor.command)
		prompt();
}

static void line_add(int key)
{
	char text = (char)key;

	if (key < ' ' || key > '~' || monitor.length == LINE_MAX - 1)
		return;
	monitor.line[monitor.length++] = text;
	output_write(&monitor.run.out, &text, 1);
}

static void line_remove(void)
{
	if (monitor.length) {
		monitor.length--;
		print(&monitor.run.out, "\b \b");
	}
}

/* --- keys --- */

static void key_outside(int key)
{
	if (key == KEY_BREAK || (key == KEY_CTRL_O && monitor.last_key == KEY_CTRL_O))
		enter_monitor();
	monitor.last_key = key;
}

static void key_inside(int key)
{
	switch (key) {
	case '\r':
	case '\n':
		line_end();
		return;
	case KEY_BACKSPACE:
	case KEY_DELETE:
		line_remove();
		return;
	case KEY_BREAK:
	case KEY_CTRL_C:
	case KEY_CTRL_U:
		print(&monitor.run.out, "\n");
		prompt();
		return;
	default:
		line_add(key);
	}
}

/* The next piece of the command. Ctrl-C ends it; what else is typed meanwhile comes after it. */
static void command_go_on(void)
{
	bool more;

	if (monitor.typed_key < 0)
		monitor.typed_key = next_key();
	more = monitor.command->work(&monitor.run);
	if (monitor.typed_key == KEY_CTRL_C) {
		monitor.typed_key = -1;
		more = false;
	}
	if (more)
		return;
	monitor.command = NULL;
	if (monitor.entered)
		prompt();
}

/* Do a bounded piece of what is to do; false when there is nothing. */
static bool do_some(void)
{
	int key = monitor.typed_key;

	if (output_drain_some())
		return true;
	if (monitor.command) {
		command_go_on();
		return true;
	}
	monitor.typed_key = -1;
	if (key < 0)
		key = next_key();
	if (key < 0)
		return false;
	if (monitor.entered)
		key_inside(key);
	else
		key_outside(key);
	return true;
}

static sysret_t monitor_turn(struct thread *task)
{
	return ktask_turn(task, do_some);
}

void monitor_wake(void)
{
	thread_wake(monitor.task);
}

bool monitor_is_entered(void)
{
	return __atomic_load_n(&monitor.entered, __ATOMIC_RELAXED);
}

static void poll_after_panic(void)
{
	enter_monitor();
	while (monitor.entered) {
		if (!do_some())
			cpu_relax();
	}
	while (output_drain_some())
		;
}

bool monitor_start(enum uart uart, bool in_panic)
{
	monitor.uart = uart;
	output_use(uart);
	monitor.typed_key = -1;
	monitor.task = ktask_start("monitor", monitor_turn);
	if (!monitor.task)
		return false;
	if (in_panic)
		panic_monitor = poll_after_panic;
	keys_use();
	if (uart < UARTS)
		uart_listen(uart);
	return true;
}
