// write, writev, read and their errors.
//
// How much of a buffer arrives before a bad page differs between Linux's own kinds of file. Such
// data are lines that begin with `~`, which the comparison leaves out.
#include "say.h"

#include <limits.h>
#include <sys/uio.h>

static void fill(char *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		data[i] = i % 32 == 0 ? '~' : i % 32 == 31 ? '\n' : 'x';
}

// Ends a line of which an unknown part was written.
static void end_data(void)
{
	say("~\n~\n");
}

static void bad_descriptors(void)
{
	say_result("write -1", sys(SYS_write, -1, "x", 1));
	say_result("write 77", sys(SYS_write, 77, "x", 1));
	say_result("write INT_MAX", sys(SYS_write, INT_MAX, "x", 1));
	say_result("write 1 with garbage above 32 bits", sys(SYS_write, 0x500000001, "\n", 1));
	say_result("write 77, bad pointer", sys(SYS_write, 77, NON_CANONICAL, 1));
	say_result("writev -1", sys(SYS_writev, -1, NULL, 0));
	say_result("writev 77, bad count", sys(SYS_writev, 77, NULL, -1));
	say_result("read -1", sys(SYS_read, -1, NULL, 0));
	say_result("read 77", sys(SYS_read, 77, NULL, 0));
	say_result("ioctl -1", sys(SYS_ioctl, -1, 0x5413, NULL));
	say_result("ioctl 77", sys(SYS_ioctl, 77, 0x5413, NULL));
}

static void bad_pointers(void)
{
	char *edge;

	pages_before_edge(1, &edge);
	say_result("write no access", sys(SYS_write, 1, edge, 8));
	say_result("write NULL", sys(SYS_write, 1, NULL, 8));
	say_result("write kernel image", sys(SYS_write, 1, KERNEL_ADDR, 8));
	say_result("write direct map", sys(SYS_write, 1, KERNEL_DIRECT, 8));
	say_result("write non-canonical", sys(SYS_write, 1, NON_CANONICAL, 8));
	say_result("write end of user space", sys(SYS_write, 1, USER_END, 8));
	say_result("write -1", sys(SYS_write, 1, -1, 8));
	say_result("write wrapping", sys(SYS_write, 1, "x", SIZE_MAX));
	say_result("write wrapping by page", sys(SYS_write, 1, -PAGE, PAGE + 8));
}

static void zero_lengths(void)
{
	char *edge;

	pages_before_edge(1, &edge);
	say_result("write nothing", sys(SYS_write, 1, "x", 0));
	say_result("write nothing from no access", sys(SYS_write, 1, edge, 0));
	say_result("write nothing from NULL", sys(SYS_write, 1, NULL, 0));
	say_result("writev nothing", sys(SYS_writev, 1, NULL, 0));
	say_result("writev nothing, pointer -1", sys(SYS_writev, 1, -1, 0));
}

static void edges(void)
{
	char *edge, *pages = pages_before_edge(3, &edge);

	fill(pages, 3 * PAGE);
	say_result("write 1 byte up to the edge",
		   (edge[-1] = '\n', sys(SYS_write, 1, edge - 1, 1)));
	say_result("write 64 bytes up to the edge", sys(SYS_write, 1, edge - 64, 64));
	say_result("write 3 pages", sys(SYS_write, 1, pages, 3 * PAGE));
	long partial = sys(SYS_write, 1, edge - 64, 65);

	end_data();
	say_if("write over the edge", partial == -EFAULT || (partial > 0 && partial <= 64));
	partial = sys(SYS_write, 1, pages, 4 * PAGE);
	end_data();
	say_if("write 3 good pages and a bad one", partial > 0 && partial <= (long)(3 * PAGE));
}

static void vectors(void)
{
	struct iovec abc[] = {{"a", 1}, {NULL, 0}, {"bc", 2}, {(void *)8, 0}, {"d\n", 2}};

	say_result("writev a bc d", sys(SYS_writev, 1, abc, 5));
	say_result("writev of nothing", sys(SYS_writev, 1, abc + 1, 1));
	say_result("writev count -1", sys(SYS_writev, 1, abc, -1));
	say_result("writev count INT_MIN", sys(SYS_writev, 1, abc, INT_MIN));
	say_result("writev count 1025", sys(SYS_writev, 1, abc, 1025));
	say_result("writev vector NULL", sys(SYS_writev, 1, NULL, 1));
	say_result("writev vector in the kernel", sys(SYS_writev, 1, KERNEL_ADDR, 1));
	say_result("writev vector non-canonical", sys(SYS_writev, 1, NON_CANONICAL, 1));
}

static void vector_limits(void)
{
	static struct iovec many[1024];
	struct iovec negative[] = {{"a", 1}, {"b", (size_t)-1}};
	struct iovec bad_first[] = {{(void *)8, 4}, {"b\n", 2}};
	struct iovec kernel[] = {{(void *)KERNEL_ADDR, 4}};

	for (int i = 0; i < 1024; i++)
		many[i] = (struct iovec){i == 1023 ? "\n" : "v", 1};
	say_result("writev 1024 parts", sys(SYS_writev, 1, many, 1024));
	say_result("writev a length below zero", sys(SYS_writev, 1, negative, 2));
	say_result("writev first part bad", sys(SYS_writev, 1, bad_first, 2));
	say_result("writev from the kernel", sys(SYS_writev, 1, kernel, 1));
}

// The vector itself ends at the edge of a bad page.
static void vector_edge(void)
{
	char *edge;

	pages_before_edge(1, &edge);
	struct iovec *last = (struct iovec *)edge - 1;

	*last = (struct iovec){"last\n", 5};
	say_result("writev vector up to the edge", sys(SYS_writev, 1, last, 1));
	say_result("writev vector over the edge", sys(SYS_writev, 1, last, 2));
	struct iovec partly[] = {{"~part\n", 6}, {edge, 5}};
	long partial = sys(SYS_writev, 1, partly, 2);

	end_data();
	say_if("writev second part bad", partial == -EFAULT || partial == 6);
}

static void reads(void)
{
	char *edge, byte = 7;

	pages_before_edge(1, &edge);
	say_result("read end of file", sys(SYS_read, 0, &byte, 1));
	say_if("the buffer is untouched", byte == 7);
	say_result("read nothing", sys(SYS_read, 0, &byte, 0));
	say_result("read to no access", sys(SYS_read, 0, edge, 8));
	say_result("read to the kernel", sys(SYS_read, 0, KERNEL_ADDR, 8));
	say_result("ioctl TIOCGWINSZ of 0", sys(SYS_ioctl, 0, 0x5413, &byte));
	say_result("ioctl TIOCGWINSZ of 1", sys(SYS_ioctl, 1, 0x5413, &byte));
	say_result("ioctl TCGETS of 1", sys(SYS_ioctl, 1, 0x5401, NULL));
}

int main(void)
{
	bad_descriptors();
	bad_pointers();
	zero_lengths();
	edges();
	vectors();
	vector_limits();
	vector_edge();
	reads();
	return 0;
}
