#include "proc/watchdog.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/tsc.h"
#include "arch/x86_64/vectors.h"
#include "core/log.h"
#include "core/panic.h"
#include "core/standstill.h"
#include "core/timer.h"
#include "proc/thread.h"
#include "proc/watchdog_nmi.h"

#define SECOND	 1000000000UL
#define PERIOD	 (4 * SECOND)
#define PATIENCE (10 * SECOND)
#define STRIKES	 2 /* NMIs that find the CPU where the last look saw it, at least */
#define LATE	 (SECOND / 2)
#define ENOUGH	 2 /* CPUs that look: one of them is not the one that is looked at */

struct watch {
	struct timer timer; /* the next look of this CPU */
	bool looks;	    /* the timer is set; this CPU only */
	bool expired;	    /* it has; this CPU only */
	bool asked;	    /* atomic: this CPU is to look from now on */

	/* About this CPU, by who looks at it. */
	uint64_t progress; /* what progress_of() was */
	uint64_t since;	   /* ns: when it was seen to be another */
	uint64_t sent;	   /* atomic; ns: when the NMI was sent that it has not taken yet, or 0 */

	/* By its NMIs. */
	bool alive; /* atomic: one came while it was idle or in ring 3, or late */
	unsigned strikes;
};

static DEFINE_PERCPU(struct watch, watches);
static uint32_t lookers; /* atomic: CPUs whose timer is set */
static bool started, alone;

/*
 * Another value after each way through the exit loop, and after what has a shorter way: calls,
 * faults, and the timer's interrupts, where a CPU that its host seldom lets run is mostly found.
 */
static uint64_t progress_of(const struct cpu *cpu)
{
	/* It may be freed at this moment: then the value is any, and another the next time. */
	const struct thread *thread = __atomic_load_n(&cpu->current, __ATOMIC_RELAXED);

	return cpu->turns + (thread ? thread->calls + thread->faults + thread->timer_irqs : 0);
}

static bool is_busy(const struct cpu *cpu)
{
	return !__atomic_load_n(&cpu->idle, __ATOMIC_RELAXED);
}

/* --- looking --- */

static void on_time(struct timer *timer)
{
	container_of(timer, struct watch, timer)->expired = true;
	this_cpu()->work |= CPU_WORK_WATCH;
}

static void look_later(struct watch *watch)
{
	if (!watch->looks)
		__atomic_fetch_add(&lookers, 1, __ATOMIC_RELAXED);
	watch->looks = true;
	timer_set(&watch->timer, clock_ns() + PERIOD, on_time);
}

static void look_no_more(struct watch *watch)
{
	watch->looks = false;
	__atomic_fetch_sub(&lookers, 1, __ATOMIC_RELAXED);
}

/* Somebody else has to look too, so that this CPU is looked at. */
static void ask_another(void)
{
	uint32_t id = this_cpu()->id;

	if (__atomic_load_n(&lookers, __ATOMIC_RELAXED) >= ENOUGH)
		return;
	do {
		id = (id + 1) % cpu_count;
	} while (!cpu_by_id(id)->online);
	__atomic_store_n(&PERCPU_OF(id, watches)->asked, true, __ATOMIC_RELEASE);
	apic_send_ipi(cpu_by_id(id)->apic_id, VECTOR_RESCHED);
}

/* Note that CPU `id` has moved, or send it an NMI. True when it is busy. */
static bool look_at(uint32_t id, uint64_t now)
{
	const struct cpu *cpu = cpu_by_id(id);
	struct watch *watch = PERCPU_OF(id, watches);
	uint64_t progress = progress_of(cpu);
	bool alive = __atomic_exchange_n(&watch->alive, false, __ATOMIC_RELAXED);

	if (!is_busy(cpu) || alive || progress != watch->progress) {
		watch->progress = progress;
		__atomic_store_n(&watch->since, now, __ATOMIC_RELEASE);
	} else {
		uint64_t none = 0;

		__atomic_compare_exchange_n(&watch->sent, &none, now, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
		apic_send_nmi(cpu->apic_id);
	}
	return is_busy(cpu);
}

static unsigned look_at_all(void)
{
	uint64_t now = clock_ns();
	unsigned busy = 0;

	for (uint32_t id = 0; id < cpu_count; id++) {
		if (cpu_by_id(id)->online && id != this_cpu()->id)
			busy += look_at(id, now);
	}
	return busy;
}

void watchdog_look(void)
{
	struct watch *watch = PERCPU(watches);
	bool asked = __atomic_exchange_n(&watch->asked, false, __ATOMIC_ACQUIRE);
	unsigned others;

	if (asked && !watch->looks)
		look_later(watch);
	if (!watch->expired)
		return;
	watch->expired = false;
	others = look_at_all();
	if (is_busy(this_cpu()) ||
	    (others && __atomic_load_n(&lookers, __ATOMIC_RELAXED) <= ENOUGH))
		look_later(watch);
	else
		look_no_more(watch);
	if (is_busy(this_cpu()))
		ask_another();
}

void watchdog_note(void)
{
	if (unlikely(__atomic_load_n(&PERCPU(watches)->asked, __ATOMIC_RELAXED)))
		this_cpu()->work |= CPU_WORK_WATCH;
}

void watchdog_left_idle(void)
{
	struct watch *watch = PERCPU(watches);

	if (!started)
		return;
	if (alone) {
		watchdog_nmi_resume();
		return;
	}
	if (!watch->looks)
		look_later(watch);
	ask_another();
}

/* --- being looked at --- */

/* A CPU that is alone does by its NMIs what the others' looks would do. */
static void look_at_myself(struct watch *watch, bool alive)
{
	uint64_t progress = progress_of(this_cpu());

	if (is_busy(this_cpu()))
		watchdog_nmi_again();
	else
		watchdog_nmi_pause();
	if (!alive && progress == watch->progress)
		return;
	watch->progress = progress;
	watch->since = clock_ns();
}

/* It took an NMI so late that it cannot have been running: its host did not let it. */
static bool has_not_run(struct watch *watch)
{
	uint64_t sent = __atomic_exchange_n(&watch->sent, 0, __ATOMIC_RELAXED);

	return sent && clock_ns() - sent > LATE;
}

/*
 * Not stuck: in ring 3, idle, in a standstill, or on another way through the kernel than at the
 * last look. Two NMIs and ten seconds are wanted for the opposite, all of which it has been
 * running: of a virtual CPU that its host lets wait only the time is long.
 */
void watchdog_nmi(const struct trapframe *tf)
{
	struct watch *watch = PERCPU(watches);
	bool alive = frame_from_user(tf) || !is_busy(this_cpu()) || standstill_is_held();
	uint64_t seconds;

	if (!started)
		return;
	alive |= has_not_run(watch);
	if (alone)
		look_at_myself(watch, alive);
	if (alive || progress_of(this_cpu()) != watch->progress) {
		__atomic_store_n(&watch->alive, alive, __ATOMIC_RELAXED);
		watch->strikes = 0;
		return;
	}
	seconds = clock_ns() - __atomic_load_n(&watch->since, __ATOMIC_ACQUIRE);
	if (++watch->strikes >= STRIKES && seconds >= PATIENCE)
		panic_trap(tf, 0, "CPU %u is stuck: for %lu s not idle, nor through the exit loop",
			   this_cpu()->id, seconds / SECOND);
}

void watchdog_start(const struct watchdog_timers *timers, bool wanted)
{
	const char *source = "the others";

	alone = cpus_online == 1;
	if (!wanted)
		source = NULL;
	else if (alone)
		source = watchdog_nmi_start(timers, PERIOD);
	started = source != NULL;
	if (source)
		log_line("watchdog: a stuck CPU is seen by %s", source);
	else
		log_line("watchdog: none, %s",
			 wanted ? "nothing can send NMIs to a lone CPU" : "by the word nowatchdog");
}
