/*
 * The state of x87, SSE, AVX and AVX-512: saved and restored by XSAVEOPT, XSAVE or FXSAVE, whatever
 * the CPU has (SDM 1 chapter 13), in the standard format, which is also that of Linux's signal
 * frames. The kernel itself uses none of these registers.
 */
#pragma once

#include "lib/base.h"

#define FPU_ALIGN 64 /* of a save area */

/* Offsets in a save area (SDM 1 10.5.1, 13.4). */
#define FPU_LEGACY_SIZE	      512 /* what FXSAVE writes */
#define FPU_HEADER_OFFSET     512 /* XSTATE_BV, XCOMP_BV, zeros */
#define FPU_HEADER_SIZE	      64
#define FPU_MXCSR_OFFSET      24
#define FPU_MXCSR_MASK_OFFSET 28 /* of the bits of MXCSR that may be set; 0 means 0xffbf */

/*
 * Switch on in XCR0 what the CPU has and clear the registers. On every CPU, after
 * cpu_enable_features().
 */
void fpu_init_cpu(void);

/* Bytes of a save area: 512 to FPU_STATE_MAX. After cpuid_init(). */
#define FPU_STATE_MAX 2816
size_t fpu_state_size(void);

/* What XCR0 holds: the components that are saved; 0 where the CPU has only FXSAVE. */
uint64_t fpu_components(void);

/* Make `area` (fpu_state_size() bytes, FPU_ALIGN) the state of a program that has just started. */
void fpu_init_state(void *area);

/*
 * Copy the registers to `area`, which fpu_init_state() has prepared once. The registers stay. If
 * they were last restored from this very area, unchanged parts may be left unwritten: so nobody but
 * fpu_save() changes an area between fpu_restore() from it and fpu_save() to it.
 */
void fpu_save(void *area);

/*
 * Load the registers from `area`. A state that user mode has written must have been validated: the
 * CPU refuses a bad header or MXCSR by #GP. Leaves nothing of the old state (CVE-2006-1056).
 */
void fpu_restore(const void *area);
