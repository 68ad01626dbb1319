// Entry-state torture: ring 3 enters the kernel in every way with odd registers, flags, segments
// and addresses, and must find its state unharmed or die by the right signal.
//
// Prints a line for each case and ends well only if all are right. The lines are the same on every
// machine and kernel that is right.
//
// The assembly here pushes: below the stack pointer there must be nothing of the compiler's.
// cflags: -mno-red-zone
#include "torture/cases.h"
#include "torture/deaths.h"
#include "torture/entries.h"
#include "torture/forged.h"
#include "torture/rivals.h"
#include "torture/segments.h"
#include "torture/state.h"

int main(void)
{
	state_detect();
	entry_cases();
	rival_cases();
	segment_cases();
	death_cases();
	forged_cases();
	say("torture: %d ok, %d wrong\n", cases_ok, cases_wrong);
	return cases_wrong == 0 ? 0 : 1;
}
