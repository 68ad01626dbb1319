/*
 * Circular doubly linked lists. A `struct list` is both the head and the link inside an element;
 * an element that is on no list is linked to itself, so removing it twice does no harm.
 * The list is guarded by whatever guards its owner.
 */
#pragma once

#include "lib/base.h"

struct list {
	struct list *next;
	struct list *prev;
};

/* A head, or a link on no list, as an initialiser. */
#define LIST_INIT(name)          \
	{                        \
		&(name), &(name) \
	}

/* Make `list` an empty head, or a link that is on no list. */
static inline void list_init(struct list *list)
{
	list->next = list;
	list->prev = list;
}

/* For a head: it has no elements. For a link: it is on no list. */
static inline bool list_empty(const struct list *list)
{
	return list->next == list;
}

/* Put `node`, which is on no list, between two neighbours. */
static inline void list_insert_between(struct list *node, struct list *prev, struct list *next)
{
	node->prev = prev;
	node->next = next;
	prev->next = node;
	next->prev = node;
}

/* Put `node`, which is on no list, first: a stack when it is the only way in. */
static inline void list_add(struct list *head, struct list *node)
{
	list_insert_between(node, head, head->next);
}

/* Put `node`, which is on no list, last: a queue when it is the only way in. */
static inline void list_add_tail(struct list *head, struct list *node)
{
	list_insert_between(node, head->prev, head);
}

/* Take `node` off its list, if it is on one. */
static inline void list_del(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

/* Move all elements of `from` to the end of `to`; `from` is empty afterwards. */
static inline void list_splice_tail(struct list *to, struct list *from)
{
	if (list_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}

/* The element whose link is `ptr`. */
#define list_entry(ptr, type, member) container_of(ptr, type, member)

/* First and last element; the list must not be empty. */
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member)  list_entry((head)->prev, type, member)

/* Visit each element in order; the body must not remove it. */
#define list_for_each_entry(pos, head, member)                             \
	for ((pos) = list_entry((head)->next, __typeof__(*(pos)), member); \
	     &(pos)->member != (head);                                     \
	     (pos) = list_entry((pos)->member.next, __typeof__(*(pos)), member))

/* Likewise; the body may remove and free `pos` (not `tmp`, the element after it). */
#define list_for_each_entry_safe(pos, tmp, head, member)                        \
	for ((pos) = list_entry((head)->next, __typeof__(*(pos)), member),      \
	    (tmp) = list_entry((pos)->member.next, __typeof__(*(pos)), member); \
	     &(pos)->member != (head);                                          \
	     (pos) = (tmp), (tmp) = list_entry((tmp)->member.next, __typeof__(*(pos)), member))
