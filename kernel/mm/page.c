#include "mm/page.h"

static void refuse_free(const struct page *page, const char *what)
{
	if (!page_is_used(page))
		panic("%s: frame 0x%lx has no reference", what, (unsigned long)page_to_pfn(page));
}

void page_get_unusual(struct page *page)
{
	refuse_free(page, "page_get");
	__atomic_store_n(&page->more_refs, PAGE_REF_STUCK, __ATOMIC_RELAXED);
}

bool page_put_unusual(struct page *page)
{
	/* Nobody else changes it any more if that was the last reference. */
	int32_t more_refs = __atomic_load_n(&page->more_refs, __ATOMIC_RELAXED);

	refuse_free(page, "page_put");
	if (more_refs == -1)
		return true;
	if (more_refs >= PAGE_REF_STUCK_END)
		panic("page_put: frame 0x%lx has no reference", (unsigned long)page_to_pfn(page));
	__atomic_store_n(&page->more_refs, PAGE_REF_STUCK, __ATOMIC_RELAXED);
	return false;
}
