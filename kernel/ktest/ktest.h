/*
 * Tests that run in the kernel, by the word ktest=NAME of the command line: mostly deliberate
 * faults, each of which must be named by the report that it ends in.
 */
#pragma once

#include "lib/base.h"

struct ktest {
	const char *name;
	/* Runs on `cpu`, the number behind the name (`ktest=NAME:CPU`; 0 without). */
	void (*run)(uint32_t cpu);
};

#define KTEST(test_name, function)                                                \
	static const struct ktest __section_named(".ktest") __attribute__((used)) \
	ktest_##function = {test_name, function}

/* How often a test does what it does: the word rounds= of the command line, or 1000. */
extern uint64_t ktest_rounds;

/* Run the test that the command line names, if it does; it may not return. */
void ktest_at_boot(const char *cmdline);
