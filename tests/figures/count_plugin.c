/*
 * A plugin for QEMU that counts instructions independently of the guest: from the first one at the
 * address `from` to the first one at the address `to`. Prints `counted N` then. QEMU's header is
 * not packaged, so what is used of its interface is declared here (docs/devel/tcg-plugins.rst).
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*translated)(qemu_plugin_id_t id,
							      struct qemu_plugin_tb *tb));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*executed)(unsigned int cpu, void *address),
					    int flags, void *address);

extern int qemu_plugin_version;
int qemu_plugin_version = 1;

#define NO_REGISTERS 0 /* QEMU_PLUGIN_CB_NO_REGS */

static uint64_t from, to, count;
static bool counting, done;

static void executed(unsigned int cpu, void *address)
{
	(void)cpu;
	if (done)
		return;
	if ((uintptr_t)address == from)
		counting = true;
	if (counting && (uintptr_t)address == to) {
		fprintf(stderr, "counted %" PRIu64 "\n", count);
		done = true;
	}
	count += counting;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		void *address = (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn);

		qemu_plugin_register_vcpu_insn_exec_cb(insn, executed, NO_REGISTERS, address);
	}
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv);

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "from=", 5) == 0)
			from = strtoull(argv[i] + 5, NULL, 16);
		if (strncmp(argv[i], "to=", 3) == 0)
			to = strtoull(argv[i] + 3, NULL, 16);
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
