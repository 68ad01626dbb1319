/*
 * The one call that Linux does not have, for tests: -ENOSYS unless the command line has the word
 * `ktest`. The first argument says what to do.
 */
#pragma once

#define NR_KTEST 0x53540000

enum ktest_op {
	KTEST_CENSUS, /* hold the census: the number of things that are wrong */
	KTEST_FREE,   /* the number of free frames, once all others sleep and CPUs kept none back */
	KTEST_FAIL,   /* the (2nd)-th allocation fails; 3rd: 1 each so-many-th, 2 its process's only
		       */
	KTEST_FAILED, /* how many were made to fail since */
	KTEST_KILL,   /* SIGKILL to the caller's process when it has done so many more chunks */
	KTEST_KILLED, /* how many processes were killed so far */
	KTEST_CONTENDED, /* how many acquisitions of locks of rank (2nd) waited; 0: of all locks */
	KTEST_ASKED,	 /* how many TLB flushes had to ask other CPUs */
	KTEST_STICK,	 /* never come back, with interrupts off and a lock held */
};
