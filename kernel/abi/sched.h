/* Scheduling and clone flags of Linux (linux/sched.h). */
#pragma once

#define SCHED_OTHER 0

#define CSIGNAL		     0x000000ff /* the signal sent at the child's end */
#define CLONE_VM	     0x00000100
#define CLONE_VFORK	     0x00004000
#define CLONE_CHILD_CLEARTID 0x00200000
#define CLONE_CHILD_SETTID   0x01000000
