// sources:
/* Lists: order, removal, visiting while removing. */
#include "host_test.h"

#include "lib/list.h"

struct item {
	int value;
	struct list link;
};

/* Check that the list holds just these values, forwards and backwards. */
static void check(const struct list *head, const int *values, int n)
{
	const struct list *at = head->next;

	for (int i = 0; i < n; i++, at = at->next)
		assert_int_equal(list_entry(at, struct item, link)->value, values[i]);
	assert_ptr_equal(at, head);
	at = head->prev;
	for (int i = n - 1; i >= 0; i--, at = at->prev)
		assert_int_equal(list_entry(at, struct item, link)->value, values[i]);
	assert_ptr_equal(at, head);
}

static void adds_at_both_ends(void **state)
{
	struct list head = LIST_INIT(head);
	struct item items[4] = {{.value = 0}, {.value = 1}, {.value = 2}, {.value = 3}};

	(void)state;
	assert_true(list_empty(&head));
	check(&head, NULL, 0);
	list_add(&head, &items[1].link);
	list_add_tail(&head, &items[2].link);
	list_add(&head, &items[0].link);
	list_add_tail(&head, &items[3].link);
	check(&head, (int[]){0, 1, 2, 3}, 4);
	assert_int_equal(list_first_entry(&head, struct item, link)->value, 0);
	assert_int_equal(list_last_entry(&head, struct item, link)->value, 3);
}

static void removes_anywhere_and_twice(void **state)
{
	struct list head;
	struct item items[4];
	const int orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}};

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		list_init(&head);
		for (int i = 0; i < 4; i++)
			list_add_tail(&head, &items[i].link);
		for (int i = 0; i < 4; i++) {
			struct list *link = &items[orders[k][i]].link;

			assert_false(list_empty(link));
			list_del(link);
			assert_true(list_empty(link));
			list_del(link);
		}
		assert_true(list_empty(&head));
	}
}

static void visits_while_removing(void **state)
{
	struct list head = LIST_INIT(head);
	struct item *pos;
	struct item *tmp;
	int sum = 0;

	(void)state;
	for (int i = 1; i <= 10; i++) {
		pos = malloc(sizeof(*pos));
		pos->value = i;
		list_add_tail(&head, &pos->link);
	}
	list_for_each_entry (pos, &head, link)
		sum += pos->value;
	assert_int_equal(sum, 55);
	list_for_each_entry_safe (pos, tmp, &head, link) {
		if (pos->value % 2 == 0) {
			list_del(&pos->link);
			free(pos);
		}
	}
	check(&head, (int[]){1, 3, 5, 7, 9}, 5);
	list_for_each_entry_safe (pos, tmp, &head, link)
		free(pos);
}

static void splices(void **state)
{
	struct list to = LIST_INIT(to);
	struct list from = LIST_INIT(from);
	struct item items[4] = {{.value = 0}, {.value = 1}, {.value = 2}, {.value = 3}};

	(void)state;
	list_splice_tail(&to, &from);
	check(&to, NULL, 0);
	list_add_tail(&from, &items[0].link);
	list_add_tail(&from, &items[1].link);
	list_splice_tail(&to, &from);
	check(&to, (int[]){0, 1}, 2);
	check(&from, NULL, 0);
	list_add_tail(&from, &items[2].link);
	list_add_tail(&from, &items[3].link);
	list_splice_tail(&to, &from);
	check(&to, (int[]){0, 1, 2, 3}, 4);
	check(&from, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_at_both_ends),
		cmocka_unit_test(removes_anywhere_and_twice),
		cmocka_unit_test(visits_while_removing),
		cmocka_unit_test(splices),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
