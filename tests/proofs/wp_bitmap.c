// options: -wp-fct=bitmap_set,bitmap_clear,bitmap_test,bitmap_scan,bitmap_first_set
// options: -wp-fct=bitmap_next_set,bitmap_first_zero,bitmap_zero
/*
 * Bitmaps: a bit below the size touches only words of the map, and a search ends inside the map or
 * says that there is none.
 */
#include "lib/bitmap.h"

/*@ predicate has_words(uint64_t *map, integer bits) =
      0 < bits <= 0xffffff && \valid(map + (0 .. (bits + 63) / 64 - 1)); */

/*@ requires has_words(map, bit + 1);
    assigns map[bit / 64]; */
static inline void bitmap_set(uint64_t *map, unsigned bit);

/*@ requires has_words(map, bit + 1);
    assigns map[bit / 64]; */
static inline void bitmap_clear(uint64_t *map, unsigned bit);

/*@ requires has_words((uint64_t *)map, bit + 1);
    assigns \nothing; */
static inline bool bitmap_test(const uint64_t *map, unsigned bit);

/*@ requires has_words((uint64_t *)map, bits);
    assigns \nothing;
    ensures \result <= bits; */
static inline unsigned bitmap_scan(const uint64_t *map, unsigned bits, unsigned from,
				   uint64_t flip);

/*@ requires has_words((uint64_t *)map, bits);
    assigns \nothing;
    ensures \result <= bits; */
static inline unsigned bitmap_first_set(const uint64_t *map, unsigned bits);

/*@ requires has_words((uint64_t *)map, bits);
    assigns \nothing;
    ensures \result <= bits; */
static inline unsigned bitmap_next_set(const uint64_t *map, unsigned bits, unsigned from);

/*@ requires has_words((uint64_t *)map, bits);
    assigns \nothing;
    ensures \result <= bits; */
static inline unsigned bitmap_first_zero(const uint64_t *map, unsigned bits);

/*@ requires has_words(map, bits);
    assigns map[0 .. (bits + 63) / 64 - 1];
    ensures \forall integer i; 0 <= i < (bits + 63) / 64 ==> map[i] == 0; */
static inline void bitmap_zero(uint64_t *map, unsigned bits);

/*@ requires value != 0;
    assigns \nothing;
    ensures 0 <= \result < 64; */
int __builtin_ctzll(unsigned long long value);
