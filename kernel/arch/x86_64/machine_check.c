#include "arch/x86_64/machine_check.h"

#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/msr.h"

#define CAP_BANKS    0xffU
#define CAP_CTL	     (1UL << 8) /* there is IA32_MCG_CTL */
#define MCG_RESUME   (1UL << 0)
#define STATUS_VALID (1UL << 63)
#define STATUS_MISC  (1UL << 59)
#define STATUS_ADDR  (1UL << 58)
#define ALL_ERRORS   UINT64_MAX

static bool has_banks(void)
{
	return cpu_features.mca && cpu_features.mce && cpu_features.msr;
}

static unsigned bank_count(void)
{
	return has_banks() ? rdmsr(MSR_MCG_CAP) & CAP_BANKS : 0;
}

void machine_check_init_cpu(void)
{
	unsigned count = bank_count();

	if (count && rdmsr(MSR_MCG_CAP) & CAP_CTL)
		wrmsr(MSR_MCG_CTL, ALL_ERRORS);
	for (unsigned i = 0; i < count; i++) {
		/* Bank 0 of Intel's family 6 before model 1AH is the firmware's (16.3.2.1). */
		bool firmware_owns = i == 0 && cpu_features.vendor == CPU_VENDOR_INTEL &&
				     cpu_features.family == 6 && cpu_features.model < 0x1a;

		if (!firmware_owns)
			wrmsr(MSR_MC_CTL(i), ALL_ERRORS);
		wrmsr(MSR_MC_STATUS(i), 0);
	}
}

bool machine_check_next(unsigned *bank, struct mc_error *error)
{
	for (unsigned count = bank_count(); *bank < count; (*bank)++) {
		uint64_t status = rdmsr(MSR_MC_STATUS(*bank));

		if (!(status & STATUS_VALID))
			continue;
		*error = (struct mc_error){
			.bank = *bank,
			.status = status,
			.addr = (status & STATUS_ADDR) ? rdmsr(MSR_MC_ADDR(*bank)) : 0,
			.misc = (status & STATUS_MISC) ? rdmsr(MSR_MC_MISC(*bank)) : 0,
		};
		(*bank)++;
		return true;
	}
	return false;
}

bool machine_check_can_resume(void)
{
	return has_banks() && rdmsr(MSR_MCG_STATUS) & MCG_RESUME;
}
