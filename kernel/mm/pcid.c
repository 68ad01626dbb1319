#include "mm/pcid.h"

struct tlb_copy *pcid_copy(struct pcids *pcids, uint64_t serial)
{
	struct tlb_copy *copy = &pcids->copies[serial % PCID_COPIES];

	if (copy->serial == serial && copy->tag >> PCID_BITS == pcids->last >> PCID_BITS)
		return copy;
	if ((++pcids->last & PCID_MASK) == 0)
		pcids->last++;
	*copy = (struct tlb_copy){.serial = serial, .tag = pcids->last};
	return copy;
}
