#include "core/timer.h"

#include "arch/x86_64/apic_timer.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/tsc.h"
#include "core/lock.h"
#include "core/log.h"

struct timer_queue {
	struct lock lock;
	struct rb_root timers;	/* [lock] */
	uint64_t first;		/* [lock] deadline of the first timer; NEVER when there is none */
	uint64_t slice;		/* this CPU only */
	uint64_t armed;		/* this CPU only: what the hardware is programmed for */
	uint64_t longest_delay; /* this CPU only: ns from a deadline to its interrupt, at most */
};

#define NEVER UINT64_MAX

static DEFINE_PERCPU(struct timer_queue, timer_queue);

void timers_init_cpu(void)
{
	struct timer_queue *q = PERCPU(timer_queue);

	*q = (struct timer_queue){.lock = LOCK_INIT("timer", RANK_TIMER),
				  .first = NEVER,
				  .slice = NEVER,
				  .armed = NEVER};
}

/* A hardware timer that fires too early only costs one interrupt; so it is never set later. */
static void program(struct timer_queue *q)
{
	uint64_t next = MIN(q->first, q->slice);

	if (next < q->armed) {
		q->armed = next;
		timer_arm(next);
	}
}

static void note_first(struct timer_queue *q)
{
	struct rb_node *node = rb_first(&q->timers);

	q->first = node ? rb_entry(node, struct timer, node)->deadline : NEVER;
}

static void insert(struct timer_queue *q, struct timer *timer)
{
	struct rb_node *parent = NULL, **link = &q->timers.node;

	while (*link) {
		parent = *link;
		if (timer->deadline < rb_entry(parent, struct timer, node)->deadline)
			link = &parent->left;
		else
			link = &parent->right;
	}
	rb_link(&timer->node, parent, link);
	rb_insert_fixup(&timer->node, &q->timers);
}

void timer_set(struct timer *timer, uint64_t deadline, void (*expired)(struct timer *timer))
{
	struct timer_queue *q = PERCPU(timer_queue);

	lock_acquire(&q->lock);
	timer->deadline = deadline;
	timer->expired = expired;
	timer->cpu = this_cpu()->id;
	timer->queued = true;
	insert(q, timer);
	note_first(q);
	lock_release(&q->lock);
	program(q);
}

void timer_cancel(struct timer *timer)
{
	struct timer_queue *q = PERCPU_OF(timer->cpu, timer_queue);

	lock_acquire(&q->lock);
	if (timer->queued) {
		rb_erase(&timer->node, &q->timers);
		timer->queued = false;
		note_first(q);
	}
	lock_release(&q->lock);
}

void timer_set_slice(uint64_t deadline)
{
	struct timer_queue *q = PERCPU(timer_queue);

	q->slice = deadline ? deadline : NEVER;
	program(q);
}

void timers_rearm(void)
{
	struct timer_queue *q = PERCPU(timer_queue);

	q->armed = NEVER;
	program(q);
}

bool timers_run(void)
{
	struct timer_queue *q = PERCPU(timer_queue);
	uint64_t now = clock_ns();
	bool slice_ended;

	if (now > q->armed)
		q->longest_delay = MAX(q->longest_delay, now - q->armed);
	lock_acquire(&q->lock);
	while (q->first <= now) {
		struct timer *timer = rb_entry(rb_first(&q->timers), struct timer, node);

		rb_erase(&timer->node, &q->timers);
		timer->queued = false;
		timer->expired(timer);
		note_first(q);
	}
	lock_release(&q->lock);

	slice_ended = q->slice <= now;
	if (slice_ended)
		q->slice = NEVER;
	timers_rearm();
	return slice_ended;
}

void timers_log(void)
{
	for (uint32_t id = 0; id < cpu_count; id++) {
		if (cpu_by_id(id)->online)
			log_line("timer: cpu=%u longest delay=%lu ns", id,
				 PERCPU_OF(id, timer_queue)->longest_delay);
	}
}
