/* wait4(): options, and the status word (linux/wait.h, bits/waitstatus.h). */
#pragma once

#define WNOHANG	   0x00000001
#define WUNTRACED  0x00000002
#define WCONTINUED 0x00000008
#define WNOTHREAD  0x20000000
#define WALL	   0x40000000
#define WCLONE	   0x80000000U

#define WCOREFLAG 0x80 /* with a signal's number: a core was dumped */

/* The status of a process that exited with `code`. */
#define W_EXITCODE(code) (((code)&0xff) << 8)

/* That of one that a signal has stopped, or that goes on after SIGCONT. */
#define STATUS_STOPPED(signo) (0x7f | (signo) << 8)
#define STATUS_CONTINUED      0xffff

#define WTERMSIG(status)    ((status)&0x7f)
#define WEXITSTATUS(status) (((status) >> 8) & 0xff)
#define WIFEXITED(status)   (WTERMSIG(status) == 0)
