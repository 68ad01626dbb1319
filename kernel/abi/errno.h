/* Error numbers of Linux x86_64 (asm-generic/errno-base.h, errno.h); calls return them negated. */
#pragma once

#define EPERM	     1	 /* not permitted */
#define ENOENT	     2	 /* no such file */
#define ESRCH	     3	 /* no such process */
#define EINTR	     4	 /* interrupted by a signal */
#define EIO	     5	 /* input/output error */
#define ENXIO	     6	 /* no such device or address */
#define E2BIG	     7	 /* argument list too long */
#define ENOEXEC	     8	 /* not an executable that can be run */
#define EBADF	     9	 /* no such descriptor */
#define ECHILD	     10	 /* no child */
#define EAGAIN	     11	 /* try again */
#define ENOMEM	     12	 /* out of memory */
#define EACCES	     13	 /* permission denied */
#define EFAULT	     14	 /* bad address */
#define ENOTBLK	     15	 /* not a block device */
#define EBUSY	     16	 /* in use */
#define EEXIST	     17	 /* exists already */
#define EXDEV	     18	 /* link across devices */
#define ENODEV	     19	 /* no such device, or it cannot do this */
#define ENOTDIR	     20	 /* not a directory */
#define EISDIR	     21	 /* is a directory */
#define EINVAL	     22	 /* invalid argument */
#define ENFILE	     23	 /* too many open files in the system */
#define EMFILE	     24	 /* too many open files in the process */
#define ENOTTY	     25	 /* no such control of this device */
#define ETXTBSY	     26	 /* text file busy */
#define EFBIG	     27	 /* file too large */
#define ENOSPC	     28	 /* no space left */
#define ESPIPE	     29	 /* cannot seek */
#define EROFS	     30	 /* read-only file system */
#define EMLINK	     31	 /* too many links */
#define EPIPE	     32	 /* broken pipe */
#define EDOM	     33	 /* argument out of domain */
#define ERANGE	     34	 /* result out of range */
#define EDEADLK	     35	 /* would deadlock */
#define ENAMETOOLONG 36	 /* name too long */
#define ENOSYS	     38	 /* no such call */
#define ENOTEMPTY    39	 /* directory not empty */
#define ELOOP	     40	 /* too many symbolic links */
#define EOVERFLOW    75	 /* value too large */
#define EOPNOTSUPP   95	 /* not supported here */
#define ETIMEDOUT    110 /* time is over */

/* Inside the kernel only; the exit loop turns them into a restart or EINTR (linux/errno.h). */
#define ERESTARTSYS	      512 /* restart if the handler has SA_RESTART, or without handler */
#define ERESTARTNOINTR	      513 /* restart always */
#define ERESTARTNOHAND	      514 /* restart without handler, else EINTR */
#define ERESTART_RESTARTBLOCK 516 /* without handler: restart_syscall, else EINTR */

/* Results from -ERRNO_MAX to -1 are errors. */
#define ERRNO_MAX 4095
