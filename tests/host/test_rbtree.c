// sources: kernel/lib/rbtree.c
/* Trees against a model, an array of which keys are in; the rules are checked after each step. */
#include "host_test.h"

#include "lib/rbtree.h"

#define KEYS 600

struct item {
	int key;
	struct rb_node node;
};

static struct item items[KEYS];
static bool model[KEYS];
static struct rb_root root;

static int key_of(const struct rb_node *node)
{
	return rb_entry(node, struct item, node)->key;
}

static void insert(int key)
{
	struct rb_node *parent = NULL;
	struct rb_node **link = &root.node;

	while (*link) {
		parent = *link;
		link = key < key_of(parent) ? &parent->left : &parent->right;
	}
	items[key].key = key;
	rb_link(&items[key].node, parent, link);
	rb_insert_fixup(&items[key].node, &root);
	model[key] = true;
}

static void erase(int key)
{
	rb_erase(&items[key].node, &root);
	memset(&items[key].node, 0xa5, sizeof(items[key].node));
	model[key] = false;
}

static bool is_red(const struct rb_node *node)
{
	return node && (node->parent_color & 1) == RB_RED;
}

/* Check the rules below `node`; returns how many black nodes each path passes. */
static int check_subtree(const struct rb_node *node, const struct rb_node *parent, int depth)
{
	int left;

	if (!node)
		return 0;
	assert_ptr_equal(rb_parent(node), parent);
	assert_false(is_red(node) && is_red(parent));
	assert_true(depth < 64);
	left = check_subtree(node->left, node, depth + 1);
	assert_int_equal(left, check_subtree(node->right, node, depth + 1));
	return left + !is_red(node);
}

/* Check the rules, and that walks in both directions give the model's keys. */
static void check(int n)
{
	const struct rb_node *node = rb_first(&root);

	assert_false(is_red(root.node));
	check_subtree(root.node, NULL, 0);
	for (int key = 0; key < n; key++) {
		if (!model[key])
			continue;
		assert_ptr_equal(node, &items[key].node);
		node = rb_next(node);
	}
	assert_null(node);
	node = rb_last(&root);
	for (int key = n - 1; key >= 0; key--) {
		if (!model[key])
			continue;
		assert_ptr_equal(node, &items[key].node);
		node = rb_prev(node);
	}
	assert_null(node);
}

static void reset(void)
{
	root.node = NULL;
	memset(model, 0, sizeof(model));
}

/* Rearrange into the next permutation in lexical order; false after the last. */
static bool next_permutation(int *p, int n)
{
	int i = n - 2;
	int j = n - 1;
	int swap;

	while (i >= 0 && p[i] > p[i + 1])
		i--;
	if (i < 0)
		return false;
	while (p[j] < p[i])
		j--;
	swap = p[i], p[i] = p[j], p[j] = swap;
	for (i++, j = n - 1; i < j; i++, j--)
		swap = p[i], p[i] = p[j], p[j] = swap;
	return true;
}

static void empty_tree(void **state)
{
	(void)state;
	reset();
	assert_true(rb_empty(&root));
	assert_null(rb_first(&root));
	assert_null(rb_last(&root));
	insert(0);
	assert_false(rb_empty(&root));
	check(1);
	erase(0);
	assert_true(rb_empty(&root));
}

/* Every order of inserting and every order of erasing 5 keys. */
static void all_orders_of_five(void **state)
{
	int in[5] = {0, 1, 2, 3, 4};

	(void)state;
	do {
		int out[5] = {0, 1, 2, 3, 4};

		do {
			reset();
			for (int i = 0; i < 5; i++)
				insert(in[i]);
			for (int i = 0; i < 5; i++) {
				check(5);
				erase(out[i]);
			}
			assert_true(rb_empty(&root));
		} while (next_permutation(out, 5));
	} while (next_permutation(in, 5));
}

/* Every order of inserting 7 keys, then erasing each one of them. */
static void all_orders_of_seven(void **state)
{
	int in[7] = {0, 1, 2, 3, 4, 5, 6};

	(void)state;
	do {
		for (int out = 0; out < 7; out++) {
			reset();
			for (int i = 0; i < 7; i++)
				insert(in[i]);
			erase(out);
			check(7);
		}
	} while (next_permutation(in, 7));
}

static void rising_and_falling(void **state)
{
	(void)state;
	reset();
	for (int key = 0; key < KEYS; key++) {
		insert(key);
		check(KEYS);
	}
	for (int key = KEYS - 1; key >= 0; key--) {
		erase(key);
		check(KEYS);
	}
	for (int key = KEYS - 1; key >= 0; key--)
		insert(key);
	check(KEYS);
	for (int key = 0; key < KEYS; key++) {
		erase(key);
		check(KEYS);
	}
}

/* Random steps; the tree grows and shrinks in waves. */
static void random_steps(void **state)
{
	uint64_t random = 42;

	(void)state;
	reset();
	for (int step = 0; step < 20000; step++) {
		int key = (int)(test_random(&random) % KEYS);
		bool grow = test_random(&random) % 4 != 0;

		if ((step / 2000) % 2 == 1)
			grow = !grow;
		if (grow && !model[key])
			insert(key);
		else if (!grow && model[key])
			erase(key);
		if (step % 16 == 0)
			check(KEYS);
	}
	check(KEYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_tree),	       cmocka_unit_test(all_orders_of_five),
		cmocka_unit_test(all_orders_of_seven), cmocka_unit_test(rising_and_falling),
		cmocka_unit_test(random_steps),
	};

	return cmocka_run_group_tests_name("rbtree", tests, NULL, NULL);
}
