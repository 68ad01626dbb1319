#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/msr.h"

#define BIT_OF(word, n) (((word) >> (n)&1) != 0)

#define LEAF_HYPERVISOR	  0x40000000
#define LEAF_EXT	  0x80000000
#define LEAF_EXT_FEATURES 0x80000001
#define LEAF_BRAND	  0x80000002
#define LEAF_POWER	  0x80000007
#define LEAF_ADDRESS	  0x80000008

#define MSR_ARCH_CAPABILITIES 0x0000010a
#define ARCH_CAP_RDCL_NO      (1UL << 0)

struct cpu_features cpu_features;

struct cpuid_regs cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid_regs r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

/* Four characters of a CPUID register, lowest byte first. */
static void put_register(char *to, uint32_t reg)
{
	for (unsigned int i = 0; i < 4; i++)
		to[i] = (char)(reg >> (8 * i));
}

static bool name_is(const char *name, const char *wanted)
{
	for (unsigned int i = 0; i < 12; i++) {
		if (name[i] != wanted[i])
			return false;
	}
	return true;
}

static void read_vendor(struct cpu_features *f)
{
	struct cpuid_regs r = cpuid(0, 0);

	f->max_leaf = r.eax;
	put_register(f->vendor_name, r.ebx);
	put_register(f->vendor_name + 4, r.edx);
	put_register(f->vendor_name + 8, r.ecx);
	if (name_is(f->vendor_name, "GenuineIntel"))
		f->vendor = CPU_VENDOR_INTEL;
	else if (name_is(f->vendor_name, "AuthenticAMD") || name_is(f->vendor_name, "HygonGenuine"))
		f->vendor = CPU_VENDOR_AMD;
}

/* SDM 2A CPUID, leaf 1 EAX: the extended fields count only for families 6 and 15. */
static void read_signature(struct cpu_features *f, uint32_t eax)
{
	f->stepping = eax & 0xf;
	f->model = eax >> 4 & 0xf;
	f->family = eax >> 8 & 0xf;
	if (f->family == 6 || f->family == 15)
		f->model |= (eax >> 16 & 0xf) << 4;
	if (f->family == 15)
		f->family += eax >> 20 & 0xff;
}

static void read_leaf_1(struct cpu_features *f)
{
	struct cpuid_regs r = cpuid(1, 0);

	read_signature(f, r.eax);
	f->monitor = BIT_OF(r.ecx, 3);
	f->pcid = BIT_OF(r.ecx, 17);
	f->x2apic = BIT_OF(r.ecx, 21);
	f->tsc_deadline = BIT_OF(r.ecx, 24);
	f->xsave = BIT_OF(r.ecx, 26);
	f->avx = f->xsave && BIT_OF(r.ecx, 28);
	f->rdrand = BIT_OF(r.ecx, 30);
	f->hypervisor = BIT_OF(r.ecx, 31);
	f->de = BIT_OF(r.edx, 2);
	f->tsc = BIT_OF(r.edx, 4);
	f->msr = BIT_OF(r.edx, 5);
	f->mce = BIT_OF(r.edx, 7);
	f->apic = BIT_OF(r.edx, 9);
	f->mtrr = BIT_OF(r.edx, 12);
	f->pge = BIT_OF(r.edx, 13);
	f->mca = BIT_OF(r.edx, 14);
	f->pat = BIT_OF(r.edx, 16);
	f->clflush = BIT_OF(r.edx, 19);
	f->fxsr = BIT_OF(r.edx, 24);
	f->sse2 = BIT_OF(r.edx, 26);
}

static void read_leaf_7(struct cpu_features *f)
{
	struct cpuid_regs r = cpuid(7, 0);

	f->fsgsbase = BIT_OF(r.ebx, 0);
	f->tsc_adjust = BIT_OF(r.ebx, 1);
	f->smep = BIT_OF(r.ebx, 7);
	f->erms = BIT_OF(r.ebx, 9);
	f->invpcid = BIT_OF(r.ebx, 10);
	f->avx512 = f->avx && BIT_OF(r.ebx, 16);
	f->rdseed = BIT_OF(r.ebx, 18);
	f->smap = BIT_OF(r.ebx, 20);
	f->umip = BIT_OF(r.ecx, 2);
	f->la57 = BIT_OF(r.ecx, 16);
	f->fsrm = BIT_OF(r.edx, 4);
	f->meltdown = f->vendor == CPU_VENDOR_INTEL &&
		      !(BIT_OF(r.edx, 29) && (rdmsr(MSR_ARCH_CAPABILITIES) & ARCH_CAP_RDCL_NO));
}

static void read_xsave_leaf(struct cpu_features *f)
{
	struct cpuid_regs r = cpuid(0xd, 1);

	f->xsaveopt = BIT_OF(r.eax, 0);
	f->xsavec = BIT_OF(r.eax, 1);
	f->xgetbv1 = BIT_OF(r.eax, 2);
	f->xsaves = BIT_OF(r.eax, 3);
}

static void read_basic_leaves(struct cpu_features *f)
{
	f->meltdown = f->vendor == CPU_VENDOR_INTEL;
	read_leaf_1(f);
	if (f->max_leaf >= 6)
		f->always_running_apic_timer = BIT_OF(cpuid(6, 0).eax, 2);
	if (f->max_leaf >= 7)
		read_leaf_7(f);
	if (f->xsave && f->max_leaf >= 0xd)
		read_xsave_leaf(f);
}

static void read_brand(struct cpu_features *f)
{
	char *to = f->brand;

	for (uint32_t leaf = LEAF_BRAND; leaf < LEAF_BRAND + 3; leaf++, to += 16) {
		struct cpuid_regs r = cpuid(leaf, 0);

		put_register(to, r.eax);
		put_register(to + 4, r.ebx);
		put_register(to + 8, r.ecx);
		put_register(to + 12, r.edx);
	}
}

/* APM 3 E.4: the extended leaves. */
static void read_extended_leaves(struct cpu_features *f)
{
	bool saves_error_pointers = false;

	f->phys_bits = 36;
	f->linear_bits = 48;
	f->max_ext_leaf = cpuid(LEAF_EXT, 0).eax;
	if (f->max_ext_leaf >= LEAF_EXT_FEATURES) {
		struct cpuid_regs r = cpuid(LEAF_EXT_FEATURES, 0);

		f->syscall = BIT_OF(r.edx, 11);
		f->nx = BIT_OF(r.edx, 20);
		f->gib_pages = BIT_OF(r.edx, 26);
		f->rdtscp = BIT_OF(r.edx, 27);
	}
	if (f->max_ext_leaf >= LEAF_BRAND + 2)
		read_brand(f);
	if (f->max_ext_leaf >= LEAF_POWER)
		f->invariant_tsc = BIT_OF(cpuid(LEAF_POWER, 0).edx, 8);
	if (f->max_ext_leaf >= LEAF_ADDRESS) {
		struct cpuid_regs r = cpuid(LEAF_ADDRESS, 0);

		f->phys_bits = r.eax & 0xff;
		f->linear_bits = r.eax >> 8 & 0xff;
		saves_error_pointers = BIT_OF(r.ebx, 2);
	}
	f->fxsave_leaks_pointers = f->vendor == CPU_VENDOR_AMD && !saves_error_pointers;
}

static void read_hypervisor(struct cpu_features *f)
{
	struct cpuid_regs r;

	if (!f->hypervisor)
		return;
	r = cpuid(LEAF_HYPERVISOR, 0);
	if (r.eax >= LEAF_HYPERVISOR && r.eax < LEAF_HYPERVISOR + 0x10000)
		f->hypervisor_max_leaf = r.eax;
	put_register(f->hypervisor_name, r.ebx);
	put_register(f->hypervisor_name + 4, r.ecx);
	put_register(f->hypervisor_name + 8, r.edx);
}

/* Family 6 models whose INVLPG leaves global translations when CR4.PCIDE is set. */
static bool has_invlpg_erratum(const struct cpu_features *f)
{
	static const uint8_t models[] = {0x97, 0x9a, 0xb7, 0xba, 0xbe, 0xbf};

	if (f->vendor != CPU_VENDOR_INTEL || f->family != 6)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
		if (f->model == models[i])
			return true;
	}
	return false;
}

/*
 * QEMU's TCG takes CR4.OSXSAVE for reserved when leaf 0xd.1 names no instruction, as it does for
 * its models of Opterons, and then repeats the write of CR4 for ever instead of raising #GP.
 */
static void leave_xsave_that_hangs(struct cpu_features *f)
{
	bool none = !f->xsaveopt && !f->xsavec && !f->xgetbv1 && !f->xsaves;

	if (none && name_is(f->hypervisor_name, "TCGTCGTCGTCG"))
		f->xsave = f->avx = f->avx512 = false;
}

void cpuid_init(void)
{
	struct cpu_features *f = &cpu_features;

	read_vendor(f);
	read_basic_leaves(f);
	read_extended_leaves(f);
	read_hypervisor(f);
	leave_xsave_that_hangs(f);
	f->invlpg_misses_global = has_invlpg_erratum(f);
}

static uint64_t wanted_cr4(const struct cpu_features *f)
{
	uint64_t cr4 = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT;

	cr4 |= f->de ? CR4_DE : 0;
	cr4 |= f->mce ? CR4_MCE : 0;
	cr4 |= f->pge ? CR4_PGE : 0;
	cr4 |= f->umip ? CR4_UMIP : 0;
	cr4 |= f->fsgsbase ? CR4_FSGSBASE : 0;
	cr4 |= f->xsave ? CR4_OSXSAVE : 0;
	cr4 |= f->smep ? CR4_SMEP : 0;
	cr4 |= f->smap ? CR4_SMAP : 0;
	return cr4;
}

void cpu_enable_features(void)
{
	uint64_t efer = rdmsr(MSR_EFER) | EFER_SCE;

	if (cpu_features.nx)
		efer |= EFER_NXE;
	wrmsr(MSR_EFER, efer);
	write_cr0(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_PG);
	write_cr4(wanted_cr4(&cpu_features));
}

uint32_t cpuid_apic_id(void)
{
	static const uint32_t topology_leaves[] = {0x1f, 0xb};

	for (size_t i = 0; i < ARRAY_SIZE(topology_leaves); i++) {
		struct cpuid_regs r;

		if (cpu_features.max_leaf < topology_leaves[i])
			continue;
		r = cpuid(topology_leaves[i], 0);
		if ((r.ecx >> 8 & 0xff) != 0 && r.ebx != 0)
			return r.edx;
	}
	return cpuid(1, 0).ebx >> 24;
}
