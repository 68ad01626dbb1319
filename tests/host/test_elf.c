// sources: kernel/proc/elf.c kernel/lib/fmt.c kernel/lib/string.c
// sources: tests/host/elf_check.c tests/host/told.c
/* The ELF reader: one good program, and what becomes of it when one field is wrong. */
#include "host_test.h"

#include <elf.h>

#include "abi/errno.h"
#include "abi/mman.h"
#include "elf_check.h"
#include "seed.h"
#include "told.h"

#define FILE_SIZE 0x3000
#define PHDRS_MAX 20

static uint8_t file_bytes[FILE_SIZE];
static Elf64_Ehdr header;
static Elf64_Phdr phdrs[PHDRS_MAX];
static struct elf_image image;
static int read_error; /* what reading fails with, from the read number `read_fails_at` on */
static int read_fails_at;
static int reads;

/* A static program: text with the headers, data with bss, and a stack that is not executable. */
static void good_program(void)
{
	header = (Elf64_Ehdr){
		.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_entry = 0x401010,
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 3,
	};
	memset(phdrs, 0, sizeof(phdrs));
	phdrs[0] = (Elf64_Phdr){PT_LOAD, PF_R | PF_X, 0, 0x400000, 0, 0x1800, 0x1800, 0x1000};
	phdrs[1] = (Elf64_Phdr){PT_LOAD, PF_R | PF_W, 0x1800, 0x402800, 0, 0x100, 0x2000, 0x1000};
	phdrs[2] = (Elf64_Phdr){PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16};
}

static int read_file(void *ctx, uint64_t offset, void *buf, uint64_t len)
{
	if (read_error && reads++ >= read_fails_at)
		return read_error;
	return elf_file_read(ctx, offset, buf, len);
}

/* Parse the program as a file of `size` bytes. */
static int parse_sized(uint64_t size)
{
	uint8_t *bytes = malloc(size + 1);
	struct elf_file file = {.bytes = bytes, .size = size};
	struct elf_source source = {.read = read_file, .ctx = &file, .size = size};
	int result;

	memcpy(file_bytes, &header, sizeof(header));
	memcpy(file_bytes + sizeof(header), phdrs, sizeof(phdrs));
	memcpy(bytes, file_bytes, size);
	told_reset();
	reads = 0;
	result = elf_parse(&source, &image, told, NULL);
	if (!read_error)
		elf_check(&file, &image, result);
	free(bytes);
	return result;
}

static int parse(void)
{
	return parse_sized(FILE_SIZE);
}

static void a_good_program(void **state)
{
	(void)state;
	good_program();
	assert_int_equal(parse(), 0);
	assert_false(image.is_dyn || image.exec_stack || image.has_wx || image.has_overlap);
	assert_int_equal(image.entry, 0x401010);
	assert_int_equal(image.phnum, 3);
	assert_int_equal(image.phdr, 0x400040);
	assert_int_equal(image.start, 0x400000);
	assert_int_equal(image.end, 0x405000);
	assert_int_equal(image.brk, 0x404800);
	assert_int_equal(image.align, 0x1000);
	assert_int_equal(image.n_segments, 2);
	assert_int_equal(image.segments[0].prot, PROT_READ | PROT_EXEC);
	assert_int_equal(image.segments[1].prot, PROT_READ | PROT_WRITE);
	assert_int_equal(image.segments[1].vaddr, 0x402800);
	assert_int_equal(image.segments[1].offset, 0x1800);
	assert_int_equal(image.segments[1].filesz, 0x100);
	assert_int_equal(image.segments[1].memsz, 0x2000);
	assert_int_equal(told_count(), 0);
}

static void position_independent(void **state)
{
	(void)state;
	good_program();
	header.e_type = ET_DYN;
	header.e_entry = 0x1010;
	phdrs[0].p_vaddr = 0;
	phdrs[1].p_vaddr = 0x2800;
	phdrs[1].p_align = 0x200000;
	assert_int_equal(parse(), 0);
	assert_true(image.is_dyn);
	assert_int_equal(image.start, 0);
	assert_int_equal(image.align, 0x200000);
	assert_int_equal(image.phdr, 0x40);
	phdrs[0].p_align = 0x201000; /* no power of two */
	phdrs[1].p_align = 1UL << 40;
	assert_int_equal(parse(), 0);
	assert_int_equal(image.align, 0x1000);
}

/* Each of these lines sets one field of the good program, and names the result. */
#define EXPECT(change, result)                     \
	do {                                       \
		good_program();                    \
		change;                            \
		assert_int_equal(parse(), result); \
	} while (0)

/* The same for errors that Linux finds too late to return them. */
#define EXPECT_LATE(change, result)             \
	do {                                    \
		EXPECT(change, result);         \
		assert_true(image.too_late);    \
		assert_true(told_has("ELF: ")); \
	} while (0)

static void bad_headers(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++)
		EXPECT(header.e_ident[i] ^= 3, -ENOEXEC);
	EXPECT(header.e_type = ET_REL, -ENOEXEC);
	EXPECT(header.e_type = ET_CORE, -ENOEXEC);
	EXPECT(header.e_machine = EM_386, -ENOEXEC);
	EXPECT(header.e_phentsize = 32, -ENOEXEC);
	EXPECT(header.e_phnum = 0, -ENOEXEC);
	EXPECT(header.e_phnum = 0xffff, -ENOEXEC);
	EXPECT(header.e_phoff = FILE_SIZE - 3 * 56 + 1, -ENOEXEC);
	EXPECT(header.e_phoff = UINT64_MAX - 55, -ENOEXEC);
	assert_false(image.too_late);
	good_program();
	for (uint64_t size = 0; size < 64 + 3 * 56; size++)
		assert_int_equal(parse_sized(size), -ENOEXEC);
}

static void bad_segments(void **state)
{
	(void)state;
	EXPECT_LATE(phdrs[1].p_memsz = 0xff, -EINVAL);
	EXPECT_LATE(phdrs[1].p_offset++, -EINVAL);
	EXPECT_LATE(phdrs[1].p_vaddr += 0x800, -EINVAL);
	EXPECT_LATE(phdrs[0].p_vaddr = 0, -ENOMEM);
	EXPECT_LATE(phdrs[1].p_vaddr = 0x7ffffffff800, -ENOMEM);
	EXPECT_LATE(phdrs[1].p_vaddr = 0x7fffffffe800, -ENOMEM);
	EXPECT_LATE(phdrs[1].p_vaddr = UINT64_MAX - 0x7ff, -ENOMEM);
	EXPECT_LATE(phdrs[1].p_memsz = UINT64_MAX, -ENOMEM);
	EXPECT_LATE(phdrs[1].p_filesz = 0x1801, -ENOEXEC);
	EXPECT_LATE(phdrs[1].p_offset = UINT64_MAX - 0x7ff, -ENOEXEC);
	EXPECT_LATE(phdrs[0].p_type = phdrs[1].p_type = PT_NOTE, -EINVAL);
	EXPECT_LATE(header.e_entry = 0x7ffffffff000, -EINVAL);
	EXPECT_LATE(header.e_entry = UINT64_MAX, -EINVAL);
}

static void up_to_the_limits(void **state)
{
	(void)state;
	EXPECT(phdrs[1].p_filesz = 0x1800, 0);
	EXPECT(phdrs[1].p_vaddr = 0x7fffffffd000 - 0x800, 0);
	assert_int_equal(image.brk, 0x7fffffffe800);
	EXPECT(phdrs[1].p_memsz = 0x7ffffffff000 - 0x402800, 0);
	assert_int_equal(image.end, 0x7ffffffff000);
	EXPECT(header.e_entry = 0x7fffffffefff, 0);
}

static void odd_segments(void **state)
{
	(void)state;
	EXPECT(phdrs[0].p_flags |= PF_W, 0);
	assert_true(image.has_wx);
	assert_true(told_has("writable and executable"));
	EXPECT(phdrs[1].p_vaddr = 0x401800, 0);
	assert_true(image.has_overlap);
	assert_true(told_has("overlaps"));
	EXPECT((phdrs[1].p_memsz = phdrs[1].p_filesz = 0), 0);
	assert_int_equal(image.n_segments, 1);
	/* Of pure bss the place in the file means nothing, but Linux wants it aligned. */
	EXPECT((phdrs[1].p_filesz = 0, phdrs[1].p_offset = 1UL << 62 | 0x800), 0);
	EXPECT_LATE((phdrs[1].p_filesz = 0, phdrs[1].p_offset = 0), -EINVAL);
	EXPECT((phdrs[1].p_filesz = 0, phdrs[1].p_vaddr = 0x403000, phdrs[1].p_offset = 5), 0);
	EXPECT(header.e_phoff = 0x2000, -EINVAL); /* there are only zeroes: no segment */
}

static void many_segments(void **state)
{
	(void)state;
	for (int n = 15; n <= 17; n++) {
		good_program();
		header.e_phnum = (Elf64_Half)n;
		for (int i = 0; i < n; i++) {
			phdrs[i] = phdrs[0];
			phdrs[i].p_vaddr += 0x10000UL * (unsigned int)i;
		}
		assert_int_equal(parse(), n <= ELF_SEGMENTS_MAX ? 0 : -ENOEXEC);
	}
}

static void stacks(void **state)
{
	(void)state;
	EXPECT(phdrs[2].p_flags |= PF_X, 0);
	assert_true(image.exec_stack);
	EXPECT(phdrs[2].p_type = PT_NULL, 0);
	assert_false(image.exec_stack);
	good_program(); /* the first one counts */
	header.e_phnum = 4;
	phdrs[3] = phdrs[2];
	phdrs[3].p_flags |= PF_X;
	assert_int_equal(parse(), 0);
	assert_false(image.exec_stack);
}

static void interpreters(void **state)
{
	const char path[] = "/lib/ld.so";

	(void)state;
	memcpy(file_bytes + 0x2000, path, sizeof(path));
	EXPECT((phdrs[2] = (Elf64_Phdr){PT_INTERP, PF_R, 0x2000, 0, 0, sizeof(path), 0, 1}),
	       -ENOENT);
	assert_false(image.too_late);
	phdrs[2].p_filesz--;
	assert_int_equal(parse(), -ENOEXEC);
	phdrs[2].p_filesz = 1;
	assert_int_equal(parse(), -ENOEXEC);
	phdrs[2].p_filesz = 4097;
	assert_int_equal(parse(), -ENOEXEC);
	phdrs[2].p_filesz = 4096;
	assert_int_equal(parse(), -ENOENT);
	phdrs[2].p_offset++;
	assert_int_equal(parse(), -EIO);
	phdrs[2].p_offset = UINT64_MAX;
	assert_int_equal(parse(), -EIO);
	memset(file_bytes + 0x2000, 0, sizeof(path));
}

static void failing_reads(void **state)
{
	(void)state;
	good_program();
	read_error = -EIO;
	for (read_fails_at = 0; read_fails_at < 7; read_fails_at++)
		assert_int_equal(parse(), -EIO);
	assert_int_equal(parse(), 0); /* it needs seven reads */
	phdrs[2] = (Elf64_Phdr){PT_INTERP, PF_R, 0x2000, 0, 0, 10, 0, 1};
	read_fails_at = 4;
	assert_int_equal(parse(), -EIO);
	read_error = 0;
}

/* Nobody listens. */
static void in_silence(void **state)
{
	struct elf_file file = {.bytes = file_bytes, .size = 100};
	struct elf_source source = {.read = elf_file_read, .ctx = &file, .size = 100};

	(void)state;
	assert_int_equal(elf_parse(&source, &image, NULL, NULL), -ENOEXEC);
}

/* A few bytes of the headers at random. */
static void random_bytes(void **state)
{
	uint64_t rnd = test_seed("random_bytes", 2024);

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint8_t *bytes[] = {(uint8_t *)&header, (uint8_t *)phdrs};
		size_t sizes[] = {sizeof(header), 3 * sizeof(phdrs[0])};

		good_program();
		for (uint64_t n = test_random(&rnd) % 4; n < 4; n++) {
			size_t which = test_random(&rnd) % 8 != 0;
			size_t at = test_random(&rnd) % sizes[which];

			bytes[which][at] = (uint8_t)test_random(&rnd);
		}
		(void)parse_sized(test_random(&rnd) % 4 ? FILE_SIZE
							: test_random(&rnd) % FILE_SIZE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_program),   cmocka_unit_test(position_independent),
		cmocka_unit_test(bad_headers),	    cmocka_unit_test(bad_segments),
		cmocka_unit_test(up_to_the_limits), cmocka_unit_test(odd_segments),
		cmocka_unit_test(many_segments),    cmocka_unit_test(stacks),
		cmocka_unit_test(interpreters),	    cmocka_unit_test(failing_reads),
		cmocka_unit_test(in_silence),	    cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests_name("elf", tests, NULL, NULL);
}
