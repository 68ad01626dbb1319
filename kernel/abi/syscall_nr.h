/* NR_name: the number of each system call that exists. */
#pragma once

enum syscall_nr {
#define SYSCALL(number, name) NR_##name = (number),
#include "abi/syscalls.def"
#undef SYSCALL
};
