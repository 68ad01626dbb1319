/* Telling, once a CPU, that it entered ring 3: after it has come back, not before it went. */
#pragma once

#include "arch/x86_64/cpu.h"

/* This CPU is about to enter ring 3 for the first time, with frame `tf`. */
void entry_log_expect(struct cpu *cpu, const struct trapframe *tf);

/* It has been there. */
void entry_log_tell(struct cpu *cpu);
