/* Entries of the auxiliary vector (linux/auxvec.h, asm/auxvec.h; System V ABI 3.4.3). */
#pragma once

#define AT_NULL	       0
#define AT_PHDR	       3 /* address of the program headers */
#define AT_PHENT       4 /* size of one */
#define AT_PHNUM       5 /* how many */
#define AT_PAGESZ      6 /* bytes */
#define AT_BASE	       7 /* address of the interpreter; 0: none */
#define AT_FLAGS       8 /* 0 */
#define AT_ENTRY       9 /* the program's entry point */
#define AT_UID	       11
#define AT_EUID	       12
#define AT_GID	       13
#define AT_EGID	       14
#define AT_PLATFORM    15 /* address of a string: "x86_64" */
#define AT_HWCAP       16 /* CPUID.1:EDX */
#define AT_CLKTCK      17 /* ticks a second, as times() counts */
#define AT_SECURE      23 /* 0: not set-user-id */
#define AT_RANDOM      25 /* address of 16 random bytes */
#define AT_HWCAP2      26 /* HWCAP2_* */
#define AT_EXECFN      31 /* address of the path that was executed */
#define AT_MINSIGSTKSZ 51 /* bytes that a signal frame needs at least */

#define HWCAP2_FSGSBASE (1 << 1) /* ring 3 may use RDFSBASE and the like */
