#include "monitor/keys.h"

#include "core/log.h"
#include "core/panic.h"
#include "dev/keyboard.h"
#include "dev/power.h"
#include "monitor/monitor.h"

#define KEYS_MAX 128

/* From the keyboard's task to the monitor's; after a panic there is only one CPU. */
static struct {
	char bytes[KEYS_MAX];
	uint32_t put, taken; /* atomic: in all */
} keys;

/* What finds no room is lost, as if it had not been typed. */
static void put(char byte)
{
	uint32_t n = __atomic_load_n(&keys.put, __ATOMIC_RELAXED);

	if (n - __atomic_load_n(&keys.taken, __ATOMIC_ACQUIRE) == KEYS_MAX)
		return;
	keys.bytes[n % KEYS_MAX] = byte;
	__atomic_store_n(&keys.put, n + 1, __ATOMIC_RELEASE);
}

int keys_take(void)
{
	uint32_t n = __atomic_load_n(&keys.taken, __ATOMIC_RELAXED);
	int key;

	if (panic_active())
		keyboard_poll();
	if (n == __atomic_load_n(&keys.put, __ATOMIC_ACQUIRE))
		return -1;
	key = (unsigned char)keys.bytes[n % KEYS_MAX];
	__atomic_store_n(&keys.taken, n + 1, __ATOMIC_RELEASE);
	return key;
}

/* While the monitor is entered, what is typed is its own. */
static bool takes(const char *bytes, unsigned n)
{
	if (!monitor_is_entered())
		return false;
	for (unsigned i = 0; i < n; i++)
		put(bytes[i]);
	monitor_wake();
	return true;
}

/* What is typed for the letter when the monitor has been entered: Linux's letters, where it has
 * them. */
static const char *const commands_typed[] = {
	['d' - 'a'] = "locks\r",   ['g' - 'a'] = "",	       ['h' - 'a'] = "help\r",
	['m' - 'a'] = "meminfo\r", ['o' - 'a'] = "poweroff\r", ['q' - 'a'] = "runq\r",
	['t' - 'a'] = "threads\r",
};

static void sysrq(char letter)
{
	unsigned index = (unsigned)(letter - 'a');

	log_line("SysRq: %c", letter);
	if (letter == 'b')
		power_now(POWER_RESET);
	if (letter == 'c')
		panic("asked for by SysRq");
	if (index >= ARRAY_SIZE(commands_typed) || !commands_typed[index]) {
		log_line("SysRq: b resets, c panics; commands: d g h m o q t");
		return;
	}
	put(KEY_BREAK);
	for (const char *key = commands_typed[index]; *key; key++)
		put(*key);
	monitor_wake();
}

void keys_use(void)
{
	keyboard_takes = takes;
	keyboard_sysrq = sysrq;
}
