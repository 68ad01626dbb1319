/* The commands that print what Linux has below /proc. */
#include "mm/maps.h"
#include "mm/meminfo.h"
#include "monitor/command.h"

bool run_meminfo(struct run *run)
{
	if (frame_scan_some(&run->scan))
		return true;
	meminfo_print(&run->out, &run->scan);
	return false;
}

bool run_buddyinfo(struct run *run)
{
	if (frame_scan_some(&run->scan))
		return true;
	buddyinfo_print(&run->out, &run->scan);
	return false;
}

bool run_slabinfo(struct run *run)
{
	return slabinfo_print_some(&run->out, &run->line);
}

bool run_maps(struct run *run)
{
	struct space *space = look_enter(run, 1);
	bool more;

	if (!space)
		return false;
	more = maps_print_some(&run->out, space, &run->cursor);
	look_leave(run);
	return more;
}

bool run_smaps(struct run *run)
{
	struct space *space = look_enter(run, 1);
	bool more;

	if (!space)
		return false;
	more = smaps_print_some(&run->out, space, &run->smaps);
	look_leave(run);
	return more;
}
