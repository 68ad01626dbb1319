#include "core/trapinfo.h"

#include "arch/x86_64/machine_check.h"
#include "arch/x86_64/vectors.h"
#include "core/log.h"
#include "lib/fmt.h"

#define PF_PRESENT  0x01
#define PF_WRITE    0x02
#define PF_USER	    0x04
#define PF_RESERVED 0x08
#define PF_FETCH    0x10
#define PF_PKEY	    0x20

#define SELECTOR_EXT 0x1
#define SELECTOR_IDT 0x2
#define SELECTOR_LDT 0x4

void (*trap_print_walk)(uint64_t va);

static const char *const names[VECTOR_EXCEPTIONS] = {
	[VECTOR_DE] = "divide error (#DE)",
	[VECTOR_DB] = "debug exception (#DB)",
	[VECTOR_NMI] = "non-maskable interrupt",
	[VECTOR_BP] = "breakpoint (#BP)",
	[VECTOR_OF] = "overflow (#OF)",
	[VECTOR_BR] = "bound range exceeded (#BR)",
	[VECTOR_UD] = "invalid opcode (#UD)",
	[VECTOR_NM] = "device not available (#NM)",
	[VECTOR_DF] = "double fault (#DF)",
	[VECTOR_TS] = "invalid TSS (#TS)",
	[VECTOR_NP] = "segment not present (#NP)",
	[VECTOR_SS] = "stack-segment fault (#SS)",
	[VECTOR_GP] = "general protection (#GP)",
	[VECTOR_PF] = "page fault (#PF)",
	[VECTOR_MF] = "x87 floating-point error (#MF)",
	[VECTOR_AC] = "alignment check (#AC)",
	[VECTOR_MC] = "machine check (#MC)",
	[VECTOR_XM] = "SIMD floating-point exception (#XM)",
	[VECTOR_CP] = "control protection (#CP)",
};

const char *trap_name(uint64_t vector)
{
	if (vector == VECTOR_SYSCALL)
		return "system call";
	if (vector >= VECTOR_EXCEPTIONS)
		return "interrupt";
	return names[vector] ? names[vector] : "reserved exception";
}

/* SDM 3A 4.7: the error code of a page fault. */
static void describe_page_fault(char *text, size_t size, uint64_t error)
{
	const char *what = error & PF_FETCH ? "fetch" : error & PF_WRITE ? "write" : "read";
	const char *why = "page not present";

	if (error & PF_RESERVED)
		why = "reserved bit set in a table";
	else if (error & PF_PKEY)
		why = "protection key";
	else if (error & PF_PRESENT)
		why = "access not allowed";
	fmt_snprintf(text, size, "%s by %s mode, %s", what, error & PF_USER ? "user" : "kernel",
		     why);
}

/* SDM 3A 6.13: the error code of the segment-related exceptions. */
static void describe_selector(char *text, size_t size, uint64_t error)
{
	const char *table = "GDT";

	if (error & SELECTOR_IDT)
		table = "IDT";
	else if (error & SELECTOR_LDT)
		table = "LDT";
	if (error == 0)
		fmt_snprintf(text, size, "no selector");
	else
		fmt_snprintf(text, size, "selector index %lu of the %s%s", error >> 3 & 0x1fff,
			     table, error & SELECTOR_EXT ? ", external event" : "");
}

static void describe_error(char *text, size_t size, const struct trapframe *tf)
{
	if (tf->vector == VECTOR_PF)
		describe_page_fault(text, size, tf->error);
	else if (tf->vector >= VECTOR_TS && tf->vector <= VECTOR_GP)
		describe_selector(text, size, tf->error);
	else
		text[0] = '\0';
}

/* CR2 says where; for a double fault where the page fault was that led to it, if one did. */
static bool tells_address(uint64_t vector)
{
	return vector == VECTOR_PF || vector == VECTOR_DF;
}

/* Three to a line, which a text screen can show. */
static void print_registers(const struct trapframe *tf)
{
	log_line("  rip %016lx cs %02lx rflags %06lx rsp %016lx ss %02lx", tf->rip, tf->cs,
		 tf->rflags, tf->rsp, tf->ss);
	log_line("  rax %016lx rbx %016lx rcx %016lx", tf->rax, tf->rbx, tf->rcx);
	log_line("  rdx %016lx rsi %016lx rdi %016lx", tf->rdx, tf->rsi, tf->rdi);
	log_line("  rbp %016lx r8  %016lx r9  %016lx", tf->rbp, tf->r8, tf->r9);
	log_line("  r10 %016lx r11 %016lx r12 %016lx", tf->r10, tf->r11, tf->r12);
	log_line("  r13 %016lx r14 %016lx r15 %016lx", tf->r13, tf->r14, tf->r15);
}

/* What the banks of this CPU hold (SDM 3B 16.3.2.2). */
static void print_banks(void)
{
	struct mc_error error;
	unsigned bank = 0;

	log_line("  the CPU %s go on where it was",
		 machine_check_can_resume() ? "could" : "cannot");
	while (machine_check_next(&bank, &error))
		log_line("  bank %u: status %016lx (%s%s), address %lx, misc %lx", error.bank,
			 error.status,
			 error.status & MC_STATUS_UNCORRECTED ? "not corrected" : "corrected",
			 error.status & MC_STATUS_CORRUPT ? ", state corrupt" : "", error.addr,
			 error.misc);
}

void trap_print(const struct trapframe *tf, uint64_t cr2)
{
	char text[96];

	describe_error(text, sizeof(text), tf);
	log_line("%s, vector %lu, error code 0x%lx%s%s", trap_name(tf->vector), tf->vector,
		 tf->error, text[0] ? ": " : "", text);
	if (tells_address(tf->vector))
		log_line("  cr2 %016lx", cr2);
	if (tells_address(tf->vector) && trap_print_walk)
		trap_print_walk(cr2);
	if (tf->vector == VECTOR_MC)
		print_banks();
	print_registers(tf);
}
