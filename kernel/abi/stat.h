/* File modes (linux/stat.h). */
#pragma once

#define S_IFMT	0170000
#define S_IFREG 0100000
#define S_IFDIR 0040000
#define S_IFLNK 0120000

#define S_IXUGO 0111 /* executable for anybody */

#define PATH_MAX 4096 /* bytes of a path, its end included */
