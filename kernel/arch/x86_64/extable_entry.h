/* For assembly: an entry of the exception table (extable.h). */
#pragma once

#include "arch/x86_64/vectors.h"

// clang-format off

/* The instruction at `at` may raise exception `vector`: then go on at `fixup`. */
.macro may_fault at, fixup, vector=VECTOR_PF
	.pushsection .extable, "a"
	.quad \at
	.quad \fixup
	.quad \vector
	.popsection
.endm
