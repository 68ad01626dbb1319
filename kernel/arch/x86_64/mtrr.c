#include "arch/x86_64/mtrr.h"

#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/msr.h"

#define CAP_VARIABLES	 0xffU
#define CAP_FIXED	 0x100U
#define DEFAULT_TYPE	 0xffU
#define DEFAULT_FIXED_ON 0x400U
#define DEFAULT_ENABLED	 0x800U

#define SYSCFG_TOM2_ENABLED (1UL << 21)
#define SYSCFG_TOM2_WB	    (1UL << 22)
#define AMD_FAMILY_TOM2	    0xf

static struct mtrr_state state = {.absent = true};

/* Each fixed register holds the types of eight ranges, the lowest in the lowest byte. */
static void read_fixed_register(unsigned int first, uint32_t msr)
{
	uint64_t types = rdmsr(msr);

	for (unsigned int i = 0; i < 8; i++)
		state.fixed[first + i] = (uint8_t)(types >> (8 * i));
}

static void read_fixed(void)
{
	read_fixed_register(0, MSR_MTRR_FIX_64K);
	for (unsigned int n = 0; n < 2; n++)
		read_fixed_register(8 + 8 * n, MSR_MTRR_FIX_16K(n));
	for (unsigned int n = 0; n < 8; n++)
		read_fixed_register(24 + 8 * n, MSR_MTRR_FIX_4K(n));
}

/* APM 2 7.9.4: firmware may make memory above 4 GiB write-back without an MTRR. */
static uint64_t read_tom2(void)
{
	const uint64_t both = SYSCFG_TOM2_ENABLED | SYSCFG_TOM2_WB;

	if (cpu_features.vendor != CPU_VENDOR_AMD || cpu_features.family < AMD_FAMILY_TOM2)
		return 0;
	return (rdmsr(MSR_AMD_SYSCFG) & both) == both ? rdmsr(MSR_AMD_TOM2) : 0;
}

void mtrr_read(void)
{
	uint64_t cap, def;

	if (!cpu_features.mtrr)
		return;
	cap = rdmsr(MSR_MTRRCAP);
	def = rdmsr(MSR_MTRR_DEF_TYPE);
	state = (struct mtrr_state){
		.enabled = def & DEFAULT_ENABLED,
		.fixed_enabled = (def & DEFAULT_FIXED_ON) && (cap & CAP_FIXED),
		.default_type = def & DEFAULT_TYPE,
		.wb_above_4g_end = read_tom2(),
	};
	if (state.fixed_enabled)
		read_fixed();
	for (unsigned int n = 0; n < (cap & CAP_VARIABLES); n++)
		mtrr_add_variable(&state, rdmsr(MSR_MTRR_PHYSBASE(n)), rdmsr(MSR_MTRR_PHYSMASK(n)),
				  cpu_features.phys_bits);
}

const struct mtrr_state *mtrr_state(void)
{
	return &state;
}

bool mtrr_is_uniform(uint64_t start, uint64_t size)
{
	bool uniform;

	mtrr_type_uniform(&state, start, size, &uniform);
	return uniform;
}
