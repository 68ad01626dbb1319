/*
 * What the plugins of this folder share: QEMU's interface for plugins, whose header is not packaged
 * (of its version 1, what is used here), and the arguments that both take.
 */
#pragma once

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*trans_cb)(uint64_t id, struct qemu_plugin_tb *tb);
typedef void (*exec_cb)(unsigned cpu, void *data);
typedef void (*exit_cb)(uint64_t id, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, trans_cb cb);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_cb cb, int flags,
					    void *data);
void qemu_plugin_register_atexit_cb(uint64_t id, exit_cb cb, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

#define EXPORT	__attribute__((visibility("default")))
#define VERSION 1
#define NO_REGS 0 /* the callback reads no registers */

EXPORT int qemu_plugin_version = VERSION;
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

#define USER_END 0x0000800000000000ul

static FILE *out;			    /* out=FILE */
static uint64_t begin_address, end_address; /* begin=ADDRESS, end=ADDRESS; 0: not given */

static bool take_common(const char *name, const char *value)
{
	if (!strcmp(name, "out"))
		return (out = fopen(value, "w")) != NULL;
	if (!strcmp(name, "begin"))
		return (begin_address = strtoull(value, NULL, 16)) != 0;
	if (!strcmp(name, "end"))
		return (end_address = strtoull(value, NULL, 16)) != 0;
	return false;
}

/*
 * Takes the arguments `NAME=VALUE`; those that are not common to all go to `take`. False, and told,
 * when one is wrong or out= is missing.
 */
static bool take_arguments(const char *plugin, int argc, char **argv,
			   bool (*take)(const char *name, const char *value))
{
	for (int i = 0; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (value)
			*value++ = '\0';
		if (!value || (!take_common(argv[i], value) && !take(argv[i], value))) {
			fprintf(stderr, "%s: wrong argument: %s\n", plugin, argv[i]);
			return false;
		}
	}
	return out != NULL;
}
