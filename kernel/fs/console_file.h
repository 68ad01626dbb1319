/* The console as a file: descriptors 0 to 2 of the first process. */
#pragma once

#include "proc/fdtable.h"

/* The file, with a reference for the caller. Reading it finds its end at once. */
struct file *console_file(void);
