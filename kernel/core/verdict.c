#include "core/verdict.h"

#include "arch/x86_64/io.h"
#include "arch/x86_64/serial.h"
#include "lib/cmdline.h"
#include "lib/crc32.h"
#include "lib/fmt.h"
#include "lib/string.h"

#define PORT_DEBUG	0xe9
#define PORT_ISA_EXIT	0xf4   /* QEMU's isa-debug-exit: its status becomes (code << 1) | 1 */
#define PORT_BOCHS_EXIT 0x8900 /* Bochs ends when "Shutdown" is written here */
#define CAUSE_MAX	100
#define ISA_CODE_BASE	0x10

static char nonce[40] = "none";
static char end_word[8];
static uint8_t isa_code;

static const char *const kind_names[] = {
	[VERDICT_EXIT] = "exit",
	[VERDICT_KILLED] = "killed",
	[VERDICT_PANIC] = "panic",
};

void verdict_init(const char *cmdline)
{
	if (cmdline_get(cmdline, "nonce", nonce, sizeof(nonce)) < 1)
		strscpy(nonce, "none", sizeof(nonce));
	if (cmdline_get(cmdline, "end", end_word, sizeof(end_word)) < 0)
		end_word[0] = '\0';
}

static void put(const char *text)
{
	while (*text)
		outb(PORT_DEBUG, (uint8_t)*text++);
}

/* The cause as one word: printable, without spaces. */
static void one_word(char *word, size_t size, const char *cause)
{
	size_t i;

	for (i = 0; i + 1 < size && cause[i]; i++)
		word[i] = (char)(cause[i] > ' ' && cause[i] <= '~' ? cause[i] : '_');
	word[i] = '\0';
}

void verdict_send(enum verdict_kind kind, int value, const char *cause)
{
	char text[200], word[CAUSE_MAX + 1], crc[16];

	if (kind == VERDICT_PANIC)
		one_word(word, sizeof(word), cause);
	else
		fmt_snprintf(word, sizeof(word), "%d", value);
	fmt_snprintf(text, sizeof(text), "%s %s %s", nonce, kind_names[kind], word);
	fmt_snprintf(crc, sizeof(crc), "%08x", crc32(0, text, strlen(text)));
	put("\n@stoa ");
	put(text);
	put(" ");
	put(crc);
	put("@\n");

	if (kind == VERDICT_EXIT)
		isa_code = value == 0 ? ISA_CODE_BASE : ISA_CODE_BASE + 1;
	else
		isa_code = kind == VERDICT_KILLED ? ISA_CODE_BASE + 2 : ISA_CODE_BASE + 3;
}

bool verdict_ends_emulator(void)
{
	return end_word[0] != '\0';
}

/* Bochs ends with what its ports have not sent yet. */
void verdict_end(void)
{
	serial_wait_idle(SERIAL_COM1);
	serial_wait_idle(SERIAL_COM2);
	if (strcmp(end_word, "isa") == 0)
		outb(PORT_ISA_EXIT, isa_code);
	if (strcmp(end_word, "bochs") == 0) {
		for (const char *p = "Shutdown"; *p; p++)
			outb(PORT_BOCHS_EXIT, (uint8_t)*p);
	}
}
