/* Limits of resources, and their use as wait4() tells it (linux/resource.h). */
#pragma once

#include "abi/time.h"

#define RUSAGE_SELF	0
#define RUSAGE_CHILDREN (-1) /* those that were waited for */
#define RUSAGE_THREAD	1

struct rusage {
	struct timeval ru_utime, ru_stime;
	int64_t ru_maxrss; /* KiB */
	int64_t ru_ixrss, ru_idrss, ru_isrss;
	int64_t ru_minflt, ru_majflt;
	int64_t ru_nswap;
	int64_t ru_inblock, ru_oublock;
	int64_t ru_msgsnd, ru_msgrcv;
	int64_t ru_nsignals;
	int64_t ru_nvcsw, ru_nivcsw;
};

enum {
	RLIMIT_CPU,
	RLIMIT_FSIZE,
	RLIMIT_DATA,
	RLIMIT_STACK,
	RLIMIT_CORE,
	RLIMIT_RSS,
	RLIMIT_NPROC,
	RLIMIT_NOFILE,
	RLIMIT_MEMLOCK,
	RLIMIT_AS,
	RLIMIT_LOCKS,
	RLIMIT_SIGPENDING,
	RLIMIT_MSGQUEUE,
	RLIMIT_NICE,
	RLIMIT_RTPRIO,
	RLIMIT_RTTIME,
	RLIM_NLIMITS,
};

#define RLIM_INFINITY UINT64_MAX

struct rlimit {
	uint64_t rlim_cur, rlim_max;
};
