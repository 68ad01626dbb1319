#include "core/waitq.h"

#include "core/delay.h"
#include "lib/upcall.h"

void waitq_init(struct waitq *queue)
{
	queue->lock = LOCK_INIT("waitq", RANK_WAITQ);
	list_init(&queue->waiters);
}

void waitq_add(struct waitq *queue, struct waiter *waiter, struct thread *thread)
{
	ASSERT(!waiter->queue);
	waiter->thread = thread;
	waiter->queue = queue;
	lock_acquire(&queue->lock);
	list_add_tail(&queue->waiters, &waiter->link);
	lock_release(&queue->lock);
	delay_point("queued");
}

void waitq_remove(struct waiter *waiter)
{
	struct waitq *queue = waiter->queue;

	if (!queue)
		return;
	lock_acquire(&queue->lock);
	list_del(&waiter->link);
	lock_release(&queue->lock);
	waiter->queue = NULL;
}

void waitq_wake_all(struct waitq *queue)
{
	struct waiter *waiter;

	lock_acquire(&queue->lock);
	list_for_each_entry (waiter, &queue->waiters, link)
		thread_wake(waiter->thread);
	lock_release(&queue->lock);
}

void waitq_wake_one(struct waitq *queue)
{
	lock_acquire(&queue->lock);
	if (!list_empty(&queue->waiters))
		thread_wake(list_first_entry(&queue->waiters, struct waiter, link)->thread);
	lock_release(&queue->lock);
}
