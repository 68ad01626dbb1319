/*
 * What reports of panics usually say: the reader of a compressed one has it too (docs/panic.md), so
 * it costs little to say it again. tools/panic-decode reads this file; who changes it makes reports
 * of older kernels readable by their own tree only.
 */
#pragma once

static const char report_words[] =
	"general protection (#GP)invalid opcode (#UD)double fault (#DF)divide error (#DE)"
	"breakpoint (#BP)debug exception (#DB)stopped while waitingdid not stop"
	"kernel stack overflow on CPU guard below guard above panic stack: lock order: taking "
	"while holding assertion failed: freed before in ACPI memory device interrupt process\n"
	"  holds lock ', taken in lock_acquire_at+0x\n"
	"  CPU 0 runs no thread\n"
	"  CPU 1 runs the kernel task '\n"
	"  CPU 2 runs thread 1 of pid=1 (\n"
	"[  0.0] KERNEL PANIC on CPU 1 (main stack): page fault (#PF) in ring 0\n"
	"  CPU 3 runs thread 2 of pid=2 (\n"
	"backtrace\n"
	"  0xffffffff8020 trap_from_kernel+0x\n"
	"  0xffffffff8021 syscall_from_user+0x\n"
	"  0xffffffff8023 boot_first_process+0x\n"
	"  0xffffffff8022 kmain+0x\n"
	"  0xffffffff8021 exit_loop+0x3\n"
	"  0xffffffff8023 enter_exit_loop+0x1a\n"
	"page fault (#PF), vector 14, error code 0x0: fetch write read by kernel mode, "
	"reserved bit access not allowed, page not present\n"
	"  cr2 0000000000000000\n"
	"page walk of ffff800000000000 from PML4 1\n"
	"  PML4[511] 0000000000 present W accessed\n"
	"  PDPT[510] 0000000000 present W user accessed dirty\n"
	"  PD  [  1] 0000000000 present page R NX global accessed\n"
	"  PT  [  0] 0000000000000000 NOT PRESENT R\n"
	"  rip ffffffff802 cs 08 rflags 000006 rsp ffffc900003fe ss 10\n"
	"  rax 0000000000000000 rbx ffff800001 rcx 0000000000000001\n"
	"  rdx ffffffff8024 rsi ffffc900003fe rdi 0000000000000\n"
	"  rbp ffffc900003fe r8  0000000000000000 r9  ffffffff8024\n"
	"  r10 0000000000000 r11 ffffffff802 r12 000000000000000\n"
	"  r13 ffffc900003ff000 r14 ffffc900003fef50 r15 ffffc90000200000\n"
	"last lines of the log\n"
	"other CPUs\n"
	"CPU 0: backtrace\n"
	"CPU 2: in ring 3 at 0000000000400\n";
