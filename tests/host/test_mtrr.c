// sources: kernel/arch/x86_64/mtrr_map.c
/* Memory types of ranges, against a byte-by-byte reading of SDM 3A 12.11. */
#include "host_test.h"

#include "arch/x86_64/mtrr_map.h"

#define VALID 0x800UL

/* A PHYSMASK for `size`, a power of two, on a CPU with 40 bits. */
static uint64_t mask_of(uint64_t size)
{
	return (((1UL << 40) - 1) & ~(size - 1)) | VALID;
}

static struct mtrr_state state_with(uint8_t default_type)
{
	return (struct mtrr_state){.enabled = true, .default_type = default_type};
}

static void add(struct mtrr_state *s, uint64_t base, uint64_t size, enum mem_type type)
{
	mtrr_add_variable(s, base | type, mask_of(size), 40);
}

static enum mem_type type_at(const struct mtrr_state *s, uint64_t at)
{
	bool uniform;
	enum mem_type type = mtrr_type_uniform(s, at, 1, &uniform);

	assert_true(uniform);
	return type;
}

static bool is_uniform(const struct mtrr_state *s, uint64_t start, uint64_t size)
{
	bool uniform;

	mtrr_type_uniform(s, start, size, &uniform);
	return uniform;
}

static void off_and_absent(void **state)
{
	struct mtrr_state s = {.absent = true};

	(void)state;
	assert_int_equal(type_at(&s, 0), MEM_WB);
	assert_true(is_uniform(&s, 0, TIB(64)));
	s = (struct mtrr_state){.default_type = MEM_WB};
	add(&s, GIB(3), GIB(1), MEM_UC);
	assert_int_equal(type_at(&s, 0), MEM_UC);
	assert_true(is_uniform(&s, 0, TIB(64)));
}

/* As SeaBIOS and most firmware set it up: write-back, with the hole below 4 GiB uncached. */
static void usual_pc(void **state)
{
	struct mtrr_state s = state_with(MEM_WB);

	(void)state;
	add(&s, GIB(3), GIB(1), MEM_UC);
	assert_int_equal(type_at(&s, 0), MEM_WB);
	assert_int_equal(type_at(&s, GIB(3) - 1), MEM_WB);
	assert_int_equal(type_at(&s, GIB(3)), MEM_UC);
	assert_int_equal(type_at(&s, GIB(4) - 1), MEM_UC);
	assert_int_equal(type_at(&s, GIB(4)), MEM_WB);
	assert_true(is_uniform(&s, 0, GIB(3)));
	assert_true(is_uniform(&s, GIB(3), GIB(1)));
	assert_false(is_uniform(&s, GIB(2), GIB(1) + 4096));
	assert_true(is_uniform(&s, GIB(4), GIB(512)));
}

/* As older firmware does it: uncached by default, RAM in pieces. */
static void ram_in_pieces(void **state)
{
	struct mtrr_state s = state_with(MEM_UC);

	(void)state;
	add(&s, 0, GIB(2), MEM_WB);
	add(&s, GIB(2), MIB(512), MEM_WB);
	add(&s, GIB(2) + MIB(512), MIB(256), MEM_WB);
	assert_true(is_uniform(&s, GIB(1), GIB(1)));
	assert_true(is_uniform(&s, GIB(2), MIB(768)));
	assert_false(is_uniform(&s, GIB(2), GIB(1)));
	assert_int_equal(type_at(&s, GIB(2) + MIB(768)), MEM_UC);
}

static void overlaps(void **state)
{
	struct mtrr_state s = state_with(MEM_UC);

	(void)state;
	add(&s, 0, GIB(4), MEM_WB);
	add(&s, GIB(3), GIB(1), MEM_UC); /* UC wins */
	add(&s, GIB(2), MIB(1), MEM_WT); /* WT over WB gives WT */
	add(&s, GIB(1), MIB(1), MEM_WC); /* undefined: UC */
	add(&s, 0, MIB(1), MEM_WB);	 /* twice the same */
	assert_int_equal(type_at(&s, GIB(3) + 5), MEM_UC);
	assert_int_equal(type_at(&s, GIB(2) + 5), MEM_WT);
	assert_int_equal(type_at(&s, GIB(1) + 5), MEM_UC);
	assert_int_equal(type_at(&s, 5), MEM_WB);
	assert_true(is_uniform(&s, 0, GIB(1)));
	assert_false(is_uniform(&s, GIB(1), MIB(2)));
}

static void fixed_ranges(void **state)
{
	struct mtrr_state s = state_with(MEM_WB);

	(void)state;
	s.fixed_enabled = true;
	memset(s.fixed, MEM_WB, sizeof(s.fixed));
	memset(s.fixed + 16, MEM_UC, 8);  /* 0xa0000 .. 0xbffff */
	memset(s.fixed + 24, MEM_WP, 64); /* 0xc0000 .. 0xfffff */
	assert_int_equal(type_at(&s, 0x9ffff), MEM_WB);
	assert_int_equal(type_at(&s, 0xa0000), MEM_UC);
	assert_int_equal(type_at(&s, 0xbffff), MEM_UC);
	assert_int_equal(type_at(&s, 0xc0000), MEM_WP);
	assert_int_equal(type_at(&s, 0xfffff), MEM_WP);
	assert_int_equal(type_at(&s, 0x100000), MEM_WB);
	assert_true(is_uniform(&s, 0, 0xa0000));
	assert_true(is_uniform(&s, 0xa0000, 0x20000));
	assert_true(is_uniform(&s, 0xc0000, 0x40000));
	assert_false(is_uniform(&s, 0, MIB(2)));
	assert_true(is_uniform(&s, MIB(2), MIB(2)));
	for (unsigned int i = 0; i < MTRR_FIXED_COUNT; i++)
		s.fixed[i] = MEM_WB;
	assert_true(is_uniform(&s, 0, MIB(2)));
}

static void amd_top_of_memory(void **state)
{
	struct mtrr_state s = state_with(MEM_UC);

	(void)state;
	s.wb_above_4g_end = GIB(6);
	add(&s, 0, GIB(2), MEM_WB);
	assert_int_equal(type_at(&s, GIB(4) - 1), MEM_UC);
	assert_int_equal(type_at(&s, GIB(4)), MEM_WB);
	assert_int_equal(type_at(&s, GIB(6)), MEM_UC);
	assert_true(is_uniform(&s, GIB(5), GIB(1)));
	assert_false(is_uniform(&s, GIB(5), GIB(1) + 1));
}

static void what_is_left_out(void **state)
{
	struct mtrr_state s = state_with(MEM_WB);

	(void)state;
	mtrr_add_variable(&s, GIB(1) | MEM_UC, mask_of(GIB(1)) & ~VALID, 40);
	assert_int_equal(s.variables, 0);
	for (int i = 0; i < 100; i++)
		add(&s, 0, GIB(1), MEM_UC);
	assert_int_equal(s.variables, MTRR_VARIABLE_MAX);
}

/* The type of one page, by the rules and without any notion of ranges. */
static uint8_t slow_type(const struct mtrr_state *s, uint64_t at)
{
	unsigned int found = 0;
	uint8_t type = s->default_type;

	for (unsigned int i = 0; i < s->variables; i++) {
		uint8_t t = s->variable[i].type;

		if ((at & s->variable[i].mask) != s->variable[i].base)
			continue;
		if (found++ == 0 || t == type)
			type = t;
		else if (t + type == MEM_WT + MEM_WB && (t == MEM_WT || t == MEM_WB))
			type = MEM_WT;
		else
			type = MEM_UC;
	}
	return type;
}

/* Random registers, masks with holes and masks too narrow for the CPU included. */
static void against_every_page(void **state)
{
	static const uint8_t types[] = {MEM_UC, MEM_WT, MEM_WB, MEM_WB};
	uint64_t seed = 88172645463325252ULL;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct mtrr_state s = state_with(types[test_random(&seed) % 4]);
		unsigned int n = test_random(&seed) % 5;

		for (unsigned int i = 0; i < n; i++) {
			uint64_t size = 4096UL << test_random(&seed) % 8;
			uint64_t mask =
				(test_random(&seed) % 2 ? 0xfffffUL : 0x1fffffUL) & ~(size - 1);

			if (test_random(&seed) % 4 == 0)
				mask &= test_random(&seed);
			mtrr_add_variable(
				&s, (test_random(&seed) & 0x1ff000) | types[test_random(&seed) % 4],
				mask | VALID, 21);
		}
		for (int probe = 0; probe < 20; probe++) {
			uint64_t size = 4096UL << test_random(&seed) % 6;
			uint64_t start = test_random(&seed) % 0x200000 & ~(size - 1);
			bool uniform, wanted = true;
			enum mem_type type = mtrr_type_uniform(&s, start, size, &uniform);

			assert_int_equal(type, slow_type(&s, start));
			for (uint64_t at = start; at < start + size; at += 4096)
				wanted = wanted && slow_type(&s, at) == type;
			assert_int_equal(uniform, wanted);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(off_and_absent),   cmocka_unit_test(usual_pc),
		cmocka_unit_test(ram_in_pieces),    cmocka_unit_test(overlaps),
		cmocka_unit_test(fixed_ranges),	    cmocka_unit_test(amd_top_of_memory),
		cmocka_unit_test(what_is_left_out), cmocka_unit_test(against_every_page),
	};

	return cmocka_run_group_tests_name("mtrr", tests, NULL, NULL);
}
