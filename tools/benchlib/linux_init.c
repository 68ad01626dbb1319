/*
 * An init for Linux: tells when it started, what RAM the kernel was given, and how much of it
 * programs can have; then it ends.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* The bytes of "System RAM" in /proc/iomem: what the firmware's map calls usable. */
static unsigned long usable_ram(void)
{
	FILE *file = fopen("/proc/iomem", "r");
	unsigned long start, end, sum = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (line[0] != ' ' && strstr(line, "System RAM") &&
		    sscanf(line, "%lx-%lx", &start, &end) == 2)
			sum += end - start + 1;
	return sum;
}

static unsigned long available_ram(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	unsigned long kib = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %lu kB", &kib) == 1)
			break;
	return kib << 10;
}

int main(void)
{
	uint64_t start = __builtin_ia32_rdtsc();

	mkdir("/proc", 0755);
	if (mount("proc", "/proc", "proc", 0, NULL))
		perror("linux_init: /proc");
	printf("started at tick %lu, usable %lu, available %lu\n", start, usable_ram(),
	       available_ram());
	return 0;
}
