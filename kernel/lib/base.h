/* The few macros that every file uses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)
#define TIB(n) ((uint64_t)(n) << 40)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Powers of two only. */
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a)-1))
#define ALIGN_UP(x, a)	 ALIGN_DOWN((x) + ((__typeof__(x))(a)-1), a)
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a)-1)) == 0)

/* The structure of which `ptr` is the member `member`. */
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* The smaller and the larger of two; each argument is evaluated once. They may be nested. */
#define MIN(a, b)	      MIN_NAMED(a, b, __COUNTER__)
#define MAX(a, b)	      MAX_NAMED(a, b, __COUNTER__)
#define MIN_NAMED(a, b, n)    PICK_SMALLER(a, b, CONCAT(_a, n), CONCAT(_b, n))
#define MAX_NAMED(a, b, n)    PICK_LARGER(a, b, CONCAT(_a, n), CONCAT(_b, n))
#define CONCAT(x, y)	      CONCAT_EXPANDED(x, y)
#define CONCAT_EXPANDED(x, y) x##y
/* NOLINTBEGIN(bugprone-macro-parentheses): x and y are the names that are declared. */
#define PICK_SMALLER(a, b, x, y)       \
	({                             \
		__typeof__(a) x = (a); \
		__typeof__(b) y = (b); \
		x < y ? x : y;         \
	})
#define PICK_LARGER(a, b, x, y)        \
	({                             \
		__typeof__(a) x = (a); \
		__typeof__(b) y = (b); \
		x > y ? x : y;         \
	})
/* NOLINTEND(bugprone-macro-parentheses) */

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): as the compiler's own. */
#define __must_check		 __attribute__((warn_unused_result))
#define __noreturn		 __attribute__((noreturn))
#define __packed		 __attribute__((packed))
#define __aligned_to(n)		 __attribute__((aligned(n)))
#define __noinline		 __attribute__((noinline))
#define __always_inline_fn	 static inline __attribute__((always_inline))
#define __printf_like(fmt, args) __attribute__((format(printf, fmt, args)))
#define __section_named(name)	 __attribute__((section(name)))
#define __unused_arg		 __attribute__((unused))
/* Its reads race with writes, on purpose: its comment says why that is right (tests/tsan/). */
#define __racy __attribute__((no_sanitize("thread")))
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
