/*
 * The pages of an object, by their index: a tree of frames with 512 words each, as deep as the
 * object's size needs. The tree has one reference to each page. Its user locks it.
 */
#pragma once

#include "lib/base.h"

struct page;

struct page_tree {
	void **root;	 /* a frame; NULL while there is no page */
	unsigned levels; /* constant; words of level 0 are pages, of others tables */
};

/* Make a tree for `pages` pages, which is empty. */
void page_tree_init(struct page_tree *tree, uint64_t pages);

/* The page at `index`, or NULL. */
struct page *page_tree_find(const struct page_tree *tree, uint64_t index);

/* The word for the page at `index`, with the tables on the way made; NULL without memory. */
struct page **page_tree_slot(struct page_tree *tree, uint64_t index);

/*
 * Take a tree of `pages` pages apart, a step a call, with *at 0 at first: give the reference of the
 * page, or pass the hole, at *at, which moves on; and free the tables that end there.
 */
void page_tree_reap(struct page_tree *tree, uint64_t pages, uint64_t *at);

/*
 * Pass the frames of a tree of `pages` pages, of which the part below `at` has been taken apart, to
 * `fn`: its pages, and its tables.
 */
void page_tree_visit(const struct page_tree *tree, uint64_t pages, uint64_t at,
		     void (*fn)(struct page *frame));
