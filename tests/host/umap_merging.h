/* The part of umap_model.h that makes single pages large ones. */
#pragma once

#include "umap_spaces.h"

/* Merge the unit's pages; the kernel's answer is compared with what the model knows. */
void umap_merging_step(struct model_space *m, unsigned unit);

/* Give all pages of a unit that is not one large page the right to write, or take it. */
void umap_merging_protect(struct model_space *m, unsigned unit, bool write);
