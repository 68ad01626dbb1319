/* What hardware tells of its own errors: machine checks, and the pins at which NMIs come. */
#pragma once

/* Have both told by this CPU. On each CPU, after apic_init_cpu(); logs what was there before. */
void boot_errors_cpu(void);
