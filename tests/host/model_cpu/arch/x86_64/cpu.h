/*
 * In place of the kernel's arch/x86_64/cpu.h: the CPUs of a host test. One runs at a time, the one
 * that model_cpu says.
 */
#pragma once

#include "arch/x86_64/layout.h"
#include "lib/addr.h"

#define MODEL_CPUS 4

struct cpu {
	uint32_t id;
	bool online;
};

extern struct cpu model_cpus[MODEL_CPUS];
extern struct cpu *model_cpu;
extern uint32_t cpu_count;

static inline struct cpu *this_cpu(void)
{
	return model_cpu;
}

static inline struct cpu *cpu_by_id(uint32_t id)
{
	return &model_cpus[id];
}

#define DEFINE_PERCPU(type, name)  type name[MODEL_CPUS]
#define DECLARE_PERCPU(type, name) extern type name[MODEL_CPUS]
#define PERCPU(name)		   (&(name)[this_cpu()->id])
#define PERCPU_OF(cpu, name)	   (&(name)[cpu])
