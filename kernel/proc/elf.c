#include "proc/elf.h"

#include "abi/errno.h"
#include "abi/mman.h"
#include "arch/x86_64/layout.h"
#include "lib/addr.h"
#include "lib/string.h"

/* The file header and a program header, as in the file (System V ABI, figures 4-3 and 5-1). */
struct elf_header {
	uint8_t ident[16];
	uint16_t type;
	uint16_t machine;
	uint32_t version;
	uint64_t entry;
	uint64_t phoff;
	uint64_t shoff;
	uint32_t flags;
	uint16_t ehsize;
	uint16_t phentsize;
	uint16_t phnum;
	uint16_t shentsize;
	uint16_t shnum;
	uint16_t shstrndx;
};
_Static_assert(sizeof(struct elf_header) == 64, "ELF64 file header");

struct elf_phdr {
	uint32_t type;
	uint32_t flags;
	uint64_t offset;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t filesz;
	uint64_t memsz;
	uint64_t align;
};
_Static_assert(sizeof(struct elf_phdr) == 56, "ELF64 program header");

/* The first bytes of each file: magic, 64 bits, little-endian. */
static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 2, 1};

enum { ET_EXEC = 2, ET_DYN = 3 };
enum { EM_X86_64 = 62 };
enum { PT_LOAD = 1, PT_INTERP = 3, PT_GNU_STACK = 0x6474e551 };
enum { PF_X = 1, PF_W = 2, PF_R = 4 };

#define PHDRS_MAX   (65536 / sizeof(struct elf_phdr)) /* Linux's limit */
#define INTERP_MAX  4096			      /* PATH_MAX */
#define ALIGN_LIMIT GIB(1) /* greater alignments are ignored: nothing could use them */

/* What is passed along while one file is read. */
struct parse {
	const struct elf_source *source;
	struct elf_image *image;
	tell_fn tell_fn;
	void *tell_ctx;
	struct elf_header header;
};

#define tell(p, ...)                                              \
	do {                                                      \
		if ((p)->tell_fn)                                 \
			(p)->tell_fn((p)->tell_ctx, __VA_ARGS__); \
	} while (0)

/* `error`, marked as one that Linux finds after the point of no return. */
static int too_late(struct parse *p, int error)
{
	p->image->too_late = true;
	return error;
}

/* Whether the file has `len` bytes at `offset`. */
static bool in_file(const struct parse *p, uint64_t offset, uint64_t len)
{
	return offset <= p->source->size && len <= p->source->size - offset;
}

/* Read what lies in the file. */
static int read(const struct parse *p, uint64_t offset, void *buf, uint64_t len)
{
	return p->source->read(p->source->ctx, offset, buf, len);
}

static int read_phdr(const struct parse *p, unsigned int index, struct elf_phdr *phdr)
{
	return read(p, p->header.phoff + index * sizeof(*phdr), phdr, sizeof(*phdr));
}

static int read_header(struct parse *p)
{
	struct elf_header *h = &p->header;
	int error;

	if (!in_file(p, 0, sizeof(*h)))
		return -ENOEXEC;
	error = read(p, 0, h, sizeof(*h));
	if (error)
		return error;
	if (memcmp(h->ident, ident, sizeof(ident)) != 0 || h->machine != EM_X86_64 ||
	    (h->type != ET_EXEC && h->type != ET_DYN))
		return -ENOEXEC;
	if (h->phentsize != sizeof(struct elf_phdr) || h->phnum == 0 || h->phnum > PHDRS_MAX ||
	    !in_file(p, h->phoff, h->phnum * sizeof(struct elf_phdr))) {
		tell(p, "ELF: bad program header table: %u of %u bytes at 0x%lx", h->phnum,
		     h->phentsize, (unsigned long)h->phoff);
		return -ENOEXEC;
	}
	p->image->is_dyn = h->type == ET_DYN;
	p->image->phnum = h->phnum;
	p->image->entry = h->entry;
	return 0;
}

/* There are no interpreters; so this finds out which error a program gets that wants one. */
static int check_interp(const struct parse *p, const struct elf_phdr *phdr)
{
	char last;
	int error;

	if (phdr->filesz < 2 || phdr->filesz > INTERP_MAX)
		return -ENOEXEC;
	if (!in_file(p, phdr->offset, phdr->filesz))
		return -EIO;
	error = read(p, phdr->offset + phdr->filesz - 1, &last, 1);
	if (error)
		return error;
	return last == '\0' ? -ENOENT : -ENOEXEC;
}

/* All that is not a segment, and that Linux looks at before the segments. */
static int read_requests(struct parse *p)
{
	bool stack_known = false;
	struct elf_phdr phdr;
	unsigned int i;

	for (i = 0; i < p->header.phnum; i++) {
		int error = read_phdr(p, i, &phdr);

		if (error)
			return error;
		if (phdr.type == PT_INTERP)
			return check_interp(p, &phdr);
		if (phdr.type == PT_GNU_STACK && !stack_known) {
			p->image->exec_stack = phdr.flags & PF_X;
			stack_known = true;
		}
	}
	return 0;
}

/* Whether a segment makes sense; all sums of its fields are then free of overflow. */
static int check_segment(struct parse *p, const struct elf_phdr *s)
{
	uint64_t lowest = p->image->is_dyn ? 0 : USER_START;
	uint64_t in_page = s->vaddr % PAGE_SIZE;

	if (s->filesz > s->memsz)
		return too_late(p, -EINVAL);
	if (s->vaddr < lowest || s->vaddr > USER_END || s->memsz > USER_END - s->vaddr)
		return too_late(p, -ENOMEM);
	if ((s->filesz || in_page) && in_page != s->offset % PAGE_SIZE)
		return too_late(p, -EINVAL);
	if (s->filesz && !in_file(p, s->offset, s->filesz))
		return too_late(p, -ENOEXEC);
	if (p->image->n_segments == ELF_SEGMENTS_MAX)
		return too_late(p, -ENOEXEC);
	return 0;
}

static uint32_t prot_of(uint32_t flags)
{
	return (flags & PF_R ? PROT_READ : 0U) | (flags & PF_W ? PROT_WRITE : 0U) |
	       (flags & PF_X ? PROT_EXEC : 0U);
}

/* Whether `s` shares a page with an earlier segment. */
static bool overlaps(const struct elf_image *image, const struct elf_phdr *s)
{
	uint64_t start = ALIGN_DOWN(s->vaddr, PAGE_SIZE);
	uint64_t end = ALIGN_UP(s->vaddr + s->memsz, PAGE_SIZE);
	uint32_t i;

	for (i = 0; i < image->n_segments; i++) {
		const struct elf_segment *other = &image->segments[i];

		if (start < ALIGN_UP(other->vaddr + other->memsz, PAGE_SIZE) &&
		    ALIGN_DOWN(other->vaddr, PAGE_SIZE) < end)
			return true;
	}
	return false;
}

/* Tell of what is allowed, but odd. */
static void note_oddities(struct parse *p, const struct elf_phdr *s)
{
	struct elf_image *image = p->image;

	if ((s->flags & PF_W) && (s->flags & PF_X)) {
		image->has_wx = true;
		tell(p, "ELF: segment 0x%lx+0x%lx is writable and executable",
		     (unsigned long)s->vaddr, (unsigned long)s->memsz);
	}
	if (overlaps(image, s)) {
		image->has_overlap = true;
		tell(p, "ELF: segment 0x%lx+0x%lx overlaps another", (unsigned long)s->vaddr,
		     (unsigned long)s->memsz);
	}
}

/* Make the image's figures cover segment `s`. */
static void extend_image(const struct parse *p, const struct elf_phdr *s)
{
	struct elf_image *image = p->image;
	uint64_t end = s->vaddr + s->memsz;
	bool power_of_two = s->align && (s->align & (s->align - 1)) == 0;

	image->start = MIN(image->start, ALIGN_DOWN(s->vaddr, PAGE_SIZE));
	image->end = MAX(image->end, ALIGN_UP(end, PAGE_SIZE));
	image->brk = MAX(image->brk, end);
	if (power_of_two && s->align <= ALIGN_LIMIT)
		image->align = MAX(image->align, s->align);
	/* Where the program headers are mapped is told by their place in the file, as on Linux. */
	if (s->offset <= p->header.phoff && p->header.phoff - s->offset < s->filesz)
		image->phdr = s->vaddr + (p->header.phoff - s->offset);
}

static int add_segment(struct parse *p, const struct elf_phdr *s)
{
	struct elf_image *image = p->image;
	int error = check_segment(p, s);

	if (error) {
		tell(p, "ELF: bad segment 0x%lx+0x%lx, 0x%lx bytes at 0x%lx of the file",
		     (unsigned long)s->vaddr, (unsigned long)s->memsz, (unsigned long)s->filesz,
		     (unsigned long)s->offset);
		return error;
	}
	if (s->memsz == 0)
		return 0;
	note_oddities(p, s);
	extend_image(p, s);
	image->segments[image->n_segments++] = (struct elf_segment){
		.vaddr = s->vaddr,
		.memsz = s->memsz,
		.filesz = s->filesz,
		.offset = s->offset,
		.prot = prot_of(s->flags),
	};
	return 0;
}

static int read_segments(struct parse *p)
{
	struct elf_phdr phdr;
	unsigned int i;

	for (i = 0; i < p->header.phnum; i++) {
		int error = read_phdr(p, i, &phdr);

		if (!error && phdr.type == PT_LOAD)
			error = add_segment(p, &phdr);
		if (error)
			return error;
	}
	if (p->image->n_segments == 0 || p->image->entry >= USER_END) {
		tell(p, "ELF: %u segments, entry 0x%lx", p->image->n_segments,
		     (unsigned long)p->image->entry);
		return too_late(p, -EINVAL);
	}
	return 0;
}

int elf_parse(const struct elf_source *source, struct elf_image *image, tell_fn tell_what,
	      void *tell_ctx)
{
	struct parse p = {
		.source = source, .image = image, .tell_fn = tell_what, .tell_ctx = tell_ctx};
	int error;

	*image = (struct elf_image){.start = UINT64_MAX, .align = PAGE_SIZE};
	error = read_header(&p);
	if (!error)
		error = read_requests(&p);
	if (!error)
		error = read_segments(&p);
	return error;
}
