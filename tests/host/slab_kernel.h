#pragma once

/* As if no cache had ever been made. */
void slab_kernel_forget(void);
