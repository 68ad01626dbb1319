/* What smp_start.c and trampoline.S share. */
#pragma once

#include "lib/base.h"

/* The code that is copied to the low page, and the places in it that smp_start.c fills in. */
extern char trampoline_start[], trampoline_end[];
extern char trampoline_gdt[], trampoline_code32[], trampoline_code64[]; /* addresses wanted */
extern char trampoline_gdt_base[]; /* 32 bits: address of trampoline_gdt */
extern char trampoline_jump32[];   /* 32 bits: address of trampoline_code32 */
extern char trampoline_jump64[];   /* 32 bits: address of trampoline_code64 */
extern char trampoline_pml4[];	   /* 32 bits: the tables to start with */

/* Read by ap_entry64. */
extern uint32_t ap_slot_count; /* slots below it are valid */
extern uint64_t ap_master_cr3;
extern uint32_t ap_delayed_id; /* debug builds: the CPU to be late */
