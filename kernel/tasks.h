/*
 * The kernel tasks that are always there: draining the log, drawing it, bringing memory online,
 * taking objects apart.
 */
#pragma once

#include "proc/ktask.h"

/* Start them; from now on the log is drained by its task. Panics without memory. */
void tasks_start(void);

/* Make them look for work. From the exit loop, without locks. */
void log_task_wake(void);
void reap_task_wake(void);
