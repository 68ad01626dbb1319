/*
 * In place of the kernel's arch/x86_64/cpu.h: the CPUs of a test on the host. In tests/host one
 * runs at a time, the one that model_cpu says; in tests/tsan they are threads, each with its
 * model_cpu.
 */
#pragma once

#include "arch/x86_64/layout.h"
#include "lib/addr.h"

#define MODEL_CPUS 4

#define CPU_WORK_MEMORY 0x80

struct lock;

struct cpu {
	uint32_t id;
	bool online;
	uint32_t work;
	struct lock *held;
};

extern struct cpu model_cpus[MODEL_CPUS];
extern _Thread_local struct cpu *model_cpu;
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
