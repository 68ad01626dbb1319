/* The last means when memory is short: to end the process that has most of it. */
#pragma once

#include "lib/base.h"

/*
 * Kill the process that has most memory: pages, page tables, kernel objects. Never the first one,
 * nor who shares its memory. Where one is dying already, that one is it, and nobody is killed.
 * Tells whom and why on the log. False when there is nobody. Takes RANK_TREE, RANK_PROCESS.
 */
__must_check bool oom_kill(void);

/* Has the process that oom_kill() found given its memory back? Takes RANK_TREE. */
__must_check bool oom_victim_is_gone(void);
