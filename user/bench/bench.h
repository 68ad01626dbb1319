/* What the benchmark's files share: rows, the clock, system calls without a C library around them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#define PAGE 4096ul

/* One figure: so many samples of so many operations each. */
struct row {
	const char *name; /* NULL: the end of a table */
	unsigned samples, batch;
	/* Makes what the samples need; false when the kernel lacks a call. NULL: nothing needed. */
	bool (*prepare)(void);
	/* Does `batch` operations; returns the ticks that these, and nothing else, took. */
	uint64_t (*sample)(unsigned batch);
	/* Undoes what prepare() made. NULL: nothing. */
	void (*finish)(void);
};

extern const struct row call_rows[], memory_rows[], process_rows[];

/* Ends the benchmark: a call failed that a row relies on. */
_Noreturn void bench_fail(const char *what, long result);

/* The time stamp counter, which must not be read before all earlier instructions are done. */
static inline uint64_t ticks(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high)::"memory");
	return (uint64_t)high << 32 | low;
}

/*
 * TIMED(count, statement): the ticks of that many times the statement, the loop included.
 * The barrier keeps the compiler from making two rounds one.
 */
#define TIMED(count, ...)                                                       \
	({                                                                      \
		uint64_t timed_start = ticks();                                 \
		for (unsigned timed_left = (count); timed_left; timed_left--) { \
			__VA_ARGS__;                                            \
			__asm__ volatile("" ::: "memory");                      \
		}                                                               \
		ticks() - timed_start;                                          \
	})

/*
 * call0(number) to call6(number, a, ... f): the instruction `syscall` in place; -errno when it
 * fails. Each sets no more registers than it has arguments.
 */
#define CALL(number, ...)                                             \
	({                                                            \
		long call_result;                                     \
		__asm__ volatile("syscall"                            \
				 : "=a"(call_result)                  \
				 : "a"((long)(number)), ##__VA_ARGS__ \
				 : "rcx", "r11", "memory");           \
		call_result;                                          \
	})

static inline __attribute__((always_inline)) long call0(long number)
{
	return CALL(number);
}

static inline __attribute__((always_inline)) long call1(long number, long a)
{
	return CALL(number, "D"(a));
}

static inline __attribute__((always_inline)) long call2(long number, long a, long b)
{
	return CALL(number, "D"(a), "S"(b));
}

static inline __attribute__((always_inline)) long call3(long number, long a, long b, long c)
{
	return CALL(number, "D"(a), "S"(b), "d"(c));
}

static inline __attribute__((always_inline)) long call4(long number, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;

	return CALL(number, "D"(a), "S"(b), "d"(c), "r"(r10));
}

static inline __attribute__((always_inline)) long call6(long number, long a, long b, long c, long d,
							long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	return CALL(number, "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9));
}

/* Writes a byte of the page at p. */
static inline void touch(char *p)
{
	*(volatile char *)p = 1;
}

/* Fresh private anonymous memory, or the end of the benchmark. */
char *bench_map(unsigned long size);
void bench_unmap(char *p, unsigned long size);
