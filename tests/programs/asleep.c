// Sleeps without end, and leaves the CPUs to others.
#include <unistd.h>

int main(void)
{
	for (;;)
		sleep(1000);
}
