// cflags: -iquote tests/host/model_ram -iquote tests/host/model_cpu
/* The mapper of the user half and large pages, unchanged, in the RAM of a model (umap_model.h). */
#include "../../kernel/mm/large.c"
#include "../../kernel/mm/umap.c"
#include "../../kernel/mm/umap_clear.c"
#include "../../kernel/mm/umap_copy.c"
#include "../../kernel/mm/umap_split.c"
