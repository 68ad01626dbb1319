// sources: kernel/lib/crc32.c
/* The checksum against known values and against the definition, bit by bit. */
#include "host_test.h"

#include "lib/crc32.h"

static uint32_t bit_by_bit(const uint8_t *p, size_t n)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void known_values(void **state)
{
	(void)state;
	assert_int_equal(crc32(0, "", 0), 0);
	assert_int_equal(crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32(0, "none exit 0", 11), 0xbdcec7b6);
	assert_int_equal(crc32(0, "a", 1), 0xe8b7be43);
}

static void any_bytes_in_any_pieces(void **state)
{
	uint8_t bytes[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 167 + 13);
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		uint32_t whole = bit_by_bit(bytes, n);

		assert_int_equal(crc32(0, bytes, n), whole);
		assert_int_equal(crc32(crc32(0, bytes, n / 3), bytes + n / 3, n - n / 3), whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),
		cmocka_unit_test(any_bytes_in_any_pieces),
	};

	return cmocka_run_group_tests_name("crc32", tests, NULL, NULL);
}
