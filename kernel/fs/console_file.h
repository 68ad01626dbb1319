/* The console as a file: descriptors 0 to 2 of the first process. */
#pragma once

#include "proc/fdtable.h"

/*
 * The file, with a reference for the caller. Reading it waits until a line has been typed; where
 * there is no keyboard it finds the end at once.
 */
struct file *console_file(void);
