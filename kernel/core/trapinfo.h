/* Traps in words: what a fault report prints. */
#pragma once

#include "arch/x86_64/trapframe.h"

/* "page fault (#PF)" and so on; never NULL. */
const char *trap_name(uint64_t vector);

/*
 * Log vector and decoded error code, CR2 and its walk for page and double faults, and all registers
 * of `tf`.
 */
void trap_print(const struct trapframe *tf, uint64_t cr2);

/*
 * Logs the page walk of an address in the address space in use; registered by mm. No lock is
 * taken and only mapped memory is read.
 */
extern void (*trap_print_walk)(uint64_t va);
