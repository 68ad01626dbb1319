#include "arch/x86_64/tsc_sync.h"

#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/msr.h"
#include "lib/upcall.h"

#define SAMPLES	  8
#define POLLS_MAX 200000 /* for an answer; each takes 100 ns at most */

struct tsc_skew tsc_skews[CPU_MAX];

static struct {
	uint64_t count; /* atomic: goes up after `tsc` was written */
	uint64_t tsc;	/* atomic */
} published;

void tsc_sync_publish(void)
{
	__atomic_store_n(&published.tsc, rdtsc_ordered(), __ATOMIC_RELAXED);
	__atomic_store_n(&published.count, published.count + 1, __ATOMIC_RELEASE);
}

/* Three readings one after the other, the middle one the boot CPU's. */
struct sample {
	uint64_t before, theirs, after;
};

/* The one that is published next may have been read before; the second one was not. */
static bool take_sample(struct sample *sample)
{
	uint64_t count;

	sample->before = rdtsc_ordered();
	count = __atomic_load_n(&published.count, __ATOMIC_ACQUIRE);
	for (unsigned polls = 0; polls < POLLS_MAX; polls++) {
		if (__atomic_load_n(&published.count, __ATOMIC_ACQUIRE) >= count + 2) {
			sample->theirs = __atomic_load_n(&published.tsc, __ATOMIC_RELAXED);
			sample->after = rdtsc_ordered();
			return true;
		}
		cpu_relax();
		smp_poll();
	}
	return false;
}

/* How far this CPU is behind by a sample, as exactly as it tells; 0 when they are in order. */
static int64_t skew_of(const struct sample *s)
{
	if ((int64_t)(s->theirs - s->before) >= 0 && (int64_t)(s->after - s->theirs) >= 0)
		return 0;
	return (int64_t)(s->theirs - s->before - (s->after - s->before) / 2);
}

/* By the quickest of some samples. */
static bool measure(int64_t *skew)
{
	uint64_t shortest = UINT64_MAX;

	for (unsigned i = 0; i < SAMPLES; i++) {
		struct sample s;

		if (!take_sample(&s))
			return false;
		if (s.after - s.before < shortest) {
			shortest = s.after - s.before;
			*skew = skew_of(&s);
		}
	}
	return true;
}

/* SDM 3B 18.17.3: an addition where the CPU has one, so that no time is lost between. */
static void advance(int64_t ticks)
{
	if (cpu_features.tsc_adjust)
		wrmsr(MSR_TSC_ADJUST, rdmsr(MSR_TSC_ADJUST) + (uint64_t)ticks);
	else
		wrmsr(MSR_TSC, rdtsc_ordered() + (uint64_t)ticks);
}

void tsc_sync_cpu(uint32_t id)
{
	struct tsc_skew *skew = &tsc_skews[id];

	if (cpu_features.hypervisor || !measure(&skew->found))
		return;
	skew->compared = true;
	if (!skew->found)
		return;
	advance(skew->found);
	skew->compared = measure(&skew->left);
}
