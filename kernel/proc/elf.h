/*
 * The ELF64 loader's reader: it checks the headers of a program and says what to map, and touches
 * nothing else (System V ABI, chapters 4 and 5). The file is untrusted. Errors are those that
 * Linux's execve ends with for the same file. Pure code, without locks.
 */
#pragma once

#include "lib/base.h"
#include "lib/tell.h"

#define ELF_SEGMENTS_MAX 16

/*
 * The file. `read` copies `len` bytes from `offset` on, which lie in [0, size); 0 or a negative
 * errno, which then is the result of elf_parse.
 */
struct elf_source {
	int (*read)(void *ctx, uint64_t offset, void *buf, uint64_t len);
	void *ctx;
	uint64_t size; /* bytes */
};

/*
 * One PT_LOAD. Bytes [vaddr, vaddr + filesz) come from `offset` in the file, those up to
 * vaddr + memsz are zero; vaddr and offset are the same modulo PAGE_SIZE. memsz > 0.
 */
struct elf_segment {
	uint64_t vaddr;
	uint64_t memsz;
	uint64_t filesz;
	uint64_t offset;
	uint32_t prot; /* PROT_READ, PROT_WRITE, PROT_EXEC */
};

/* What a program wants. Addresses of ET_DYN are relative to where it is loaded. */
struct elf_image {
	bool is_dyn;	  /* ET_DYN: any address will do; else those of the segments */
	bool exec_stack;  /* PT_GNU_STACK asks for an executable stack; without it: no */
	bool has_wx;	  /* a segment is writable and executable */
	bool has_overlap; /* two segments share a page: the later one wins there */
	bool too_late;	  /* elf_parse failed on something Linux finds only once the old program
			   * is gone: there, the process dies of SIGSEGV and sees no error */
	uint16_t phnum;	  /* AT_PHNUM */
	uint32_t n_segments;
	uint64_t entry; /* AT_ENTRY */
	uint64_t phdr;	/* AT_PHDR: where the program headers are mapped; 0: nowhere */
	uint64_t start; /* of the lowest segment's first page */
	uint64_t end;	/* of the highest segment's last page */
	uint64_t brk;	/* end of the highest segment's memory, in bytes */
	uint64_t align; /* what an ET_DYN's load offset must be a multiple of */
	struct elf_segment segments[ELF_SEGMENTS_MAX]; /* in the file's order */
};

/*
 * Read and check the headers of `source` into `image`. `tell` (may be NULL) is told of what is odd
 * or wrong. Returns 0 or:
 *   -ENOEXEC  no ELF64 x86_64 program, or its headers are bad; too_late: a segment lies outside of
 *             the file, or there are more than ELF_SEGMENTS_MAX
 *   -ENOENT   a program with an interpreter (PT_INTERP), of which there is none
 *   -EIO      the file ends inside the interpreter's name
 *   -EINVAL   too_late: sizes, alignment or entry make no sense, or there is no segment
 *   -ENOMEM   too_late: a segment lies outside of the user half
 * or what `read` returned.
 */
__must_check int elf_parse(const struct elf_source *source, struct elf_image *image, tell_fn tell,
			   void *tell_ctx);
