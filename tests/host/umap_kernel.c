// cflags: -iquote tests/host/model_ram -iquote tests/host/model_cpu
/* The mapper of the user half, its batches and large pages, unchanged, in the RAM of a model
 * (umap_model.h). */
#include "mm/large.c"
#include "mm/tlb.c"
#include "mm/umap.c"
#include "mm/umap_clear.c"
#include "mm/umap_copy.c"
#include "mm/umap_merge.c"
#include "mm/umap_move.c"
#include "mm/umap_split.c"
