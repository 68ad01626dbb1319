#include "arch/x86_64/fpu.h"

#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/msr.h"
#include "lib/string.h"
#include "lib/upcall.h"

#define LEAF_XSAVE 0xd

/* Components of XCR0 (SDM 1 13.1). */
#define XCR0_X87    (1UL << 0)
#define XCR0_SSE    (1UL << 1)
#define XCR0_AVX    (1UL << 2)
#define XCR0_AVX512 (7UL << 5) /* opmask, upper halves of ZMM0-15, ZMM16-31: all or none */

#define FCW_OFFSET 0

/* The initial state of the System V ABI 3.4.1 and of Linux. */
#define FCW_INITIAL   0x37f  /* all exceptions masked, 64-bit precision */
#define MXCSR_INITIAL 0x1f80 /* all exceptions masked */

enum method { METHOD_UNKNOWN, METHOD_FXSAVE, METHOD_XSAVE, METHOD_XSAVEOPT };

static enum method method;
static uint64_t components;
static size_t state_size;

/* End of the component `n` in the standard format: SDM 1 13.2, leaf 0xd sub-leaf n. */
static size_t component_end(uint32_t n)
{
	struct cpuid_regs r = cpuid(LEAF_XSAVE, n);

	return (size_t)r.eax + r.ebx;
}

static size_t size_for(uint64_t mask)
{
	size_t size = FPU_LEGACY_SIZE + FPU_HEADER_SIZE;

	for (uint32_t n = 2; n < 8; n++) {
		if (mask >> n & 1)
			size = MAX(size, component_end(n));
	}
	return size;
}

static void choose_components(void)
{
	struct cpuid_regs r = cpuid(LEAF_XSAVE, 0);
	uint64_t supported = (uint64_t)r.edx << 32 | r.eax;

	components = XCR0_X87 | XCR0_SSE;
	if (cpu_features.avx && (supported & XCR0_AVX))
		components |= XCR0_AVX;
	if ((components & XCR0_AVX) && cpu_features.avx512 &&
	    (supported & XCR0_AVX512) == XCR0_AVX512 &&
	    size_for(components | XCR0_AVX512) <= FPU_STATE_MAX)
		components |= XCR0_AVX512;
	state_size = size_for(components);
	ASSERT(state_size <= FPU_STATE_MAX);
}

/* On the boot CPU, the first time that anything here is asked. */
static void choose_method(void)
{
	if (method != METHOD_UNKNOWN)
		return;
	if (cpu_features.xsave) {
		choose_components();
		method = cpu_features.xsaveopt ? METHOD_XSAVEOPT : METHOD_XSAVE;
	} else {
		state_size = FPU_LEGACY_SIZE;
		method = METHOD_FXSAVE;
	}
}

size_t fpu_state_size(void)
{
	choose_method();
	return state_size;
}

uint64_t fpu_components(void)
{
	choose_method();
	return components;
}

void fpu_init_cpu(void)
{
	const uint32_t mxcsr = MXCSR_INITIAL;

	choose_method();
	if (method != METHOD_FXSAVE)
		write_xcr0(components);
	if (cpu_features.xsaves)
		wrmsr(MSR_XSS, 0);
	__asm__ volatile("fninit; ldmxcsr %0" : : "m"(mxcsr));
}

/* XSTATE_BV stays 0: XRSTOR then takes initial values, and MXCSR alone from memory. */
void fpu_init_state(void *area)
{
	static const uint16_t fcw = FCW_INITIAL;
	static const uint32_t mxcsr = MXCSR_INITIAL;

	memset(area, 0, fpu_state_size());
	memcpy((char *)area + FCW_OFFSET, &fcw, sizeof(fcw));
	memcpy((char *)area + FPU_MXCSR_OFFSET, &mxcsr, sizeof(mxcsr));
}

void fpu_save(void *area)
{
	uint32_t low = (uint32_t)components, high = (uint32_t)(components >> 32);

	if (likely(method == METHOD_XSAVEOPT))
		__asm__ volatile("xsaveopt64 (%0)" : : "r"(area), "a"(low), "d"(high) : "memory");
	else if (method == METHOD_XSAVE)
		__asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(low), "d"(high) : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

/*
 * AMD's FXRSTOR and XRSTOR leave the x87 pointers of the last program when no exception is pending:
 * load some others, after clearing what would make that load trap (CVE-2006-1056).
 */
static void overwrite_x87_pointers(void)
{
	static const uint32_t zero;

	__asm__ volatile("fnclex; emms; fildl %0" : : "m"(zero));
}

void fpu_restore(const void *area)
{
	uint32_t low = (uint32_t)components, high = (uint32_t)(components >> 32);

	if (unlikely(cpu_features.fxsave_leaks_pointers))
		overwrite_x87_pointers();
	if (likely(method != METHOD_FXSAVE))
		__asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(low), "d"(high) : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}
