/*
 * User memory: the only way to it. No lock may be held and CR3 must hold the current thread's
 * space (both asserted). A page that is not there yet is faulted in on the way.
 */
#pragma once

#include "core/sysret.h"
#include "lib/addr.h"

/*
 * Copy `n` bytes between kernel memory and user memory: 0, -EFAULT (some bytes may have been
 * copied), or SYS_FAULT_WAIT, which the caller returns at once, before any side effect.
 */
__must_check sysret_t copy_from_user(void *dst, uaddr_t src, size_t n);
__must_check sysret_t copy_to_user(uaddr_t dst, const void *src, size_t n);

/* The same as copy_to_user() of two words, as most structures of a time are. */
__must_check sysret_t copy_pair_to_user(uaddr_t dst, uint64_t first, uint64_t second);

/* The same, but tells how many bytes were copied before the fault. */
size_t copy_from_user_partly(void *dst, uaddr_t src, size_t n, sysret_t *error);

/*
 * Copy the string at `src` into the `size` bytes at `dst`. Its length, -EFAULT, -ENAMETOOLONG when
 * it does not end within `size` bytes, or SYS_FAULT_WAIT.
 */
__must_check sysret_t copy_string_from_user(char *dst, uaddr_t src, size_t size);
