/* Giving an address space back. */
#pragma once

#include "mm/space.h"

/*
 * Empty and destroy `space`, which has no users any more and is not this CPU's active one, a
 * chunk a call: 0 when it is gone, or SYS_AGAIN. Takes RANK_SPACE and below.
 */
__must_check sysret_t drop_space(struct space *space);
