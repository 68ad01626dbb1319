/* The program that execve() loads: its file's segments and its stack, in the new space. */
#pragma once

#include "arch/x86_64/trapframe.h"
#include "proc/exec_state.h"

/*
 * Check the file, build a space with its segments, and lay out the stack for the strings that have
 * been counted and measured. The places are those of user_layout_choose() for `stack_limit` bytes,
 * and `fixed`. 0; -ENOEXEC, -ENOENT, ... as elf_parse() says; -ENOMEM.
 */
__must_check int exec_image_load(struct exec_state *exec, uint64_t stack_limit, bool fixed);

/* The strings are copied: complete the stack. 0, -ENOMEM, -EFAULT. */
__must_check int exec_image_finish(struct exec_state *exec);

/* Say on the log what is unusual about the program that starts. */
void exec_image_tell(const struct exec_state *exec);

/* The registers that the program starts with. */
void exec_image_frame(const struct exec_state *exec, struct trapframe *frame);
