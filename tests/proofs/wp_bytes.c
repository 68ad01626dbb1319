// options: -wp-fct=bytes_size,bytes_has,bytes_part,bytes_from
// options: -wp-fct=bytes_u8,bytes_u16,bytes_u32,bytes_u64
/*
 * The contracts of the bounded getters, for buffers of every size: what eva_*.c show for buffers of
 * some sizes holds for all, because parsers reach the bytes through these alone.
 */
#include "lib/bytes.h"

/*@ predicate sound(struct bytes *b) =
      b->start <= b->end && \valid_read(b->base + (0 .. b->end - 1));
    predicate there(struct bytes *b, integer offset, integer size) =
      b->start + offset + size <= b->end; */

/*@ requires \valid_read(b) && sound(b);
    assigns \nothing;
    ensures \result == b->end - b->start; */
static inline uint32_t bytes_size(const struct bytes *b);

/*@ requires \valid_read(b) && sound(b);
    assigns \nothing;
    ensures \result <==> there(b, offset, size); */
static inline bool bytes_has(const struct bytes *b, uint32_t offset, uint32_t size);

/*@ requires \valid_read(b) && sound(b);
    assigns \nothing;
    ensures \result.base == b->base;
    ensures b->start <= \result.start <= \result.end <= b->end;
    ensures there(b, offset, size) ==>
      \result.start == b->start + offset && \result.end == \result.start + size;
    ensures !there(b, offset, size) ==> \result.end == b->end; */
static inline struct bytes bytes_part(const struct bytes *b, uint32_t offset, uint32_t size);

/*@ requires \valid_read(b) && sound(b);
    assigns \nothing;
    ensures \result.base == b->base;
    ensures b->start <= \result.start <= \result.end == b->end; */
static inline struct bytes bytes_from(const struct bytes *b, uint32_t offset);

/*@ requires \valid_read(b) && sound(b);
    assigns \nothing;
    ensures there(b, offset, 1) ==> \result == b->base[b->start + offset];
    ensures !there(b, offset, 1) ==> \result == 0; */
static inline uint8_t bytes_u8(const struct bytes *b, uint32_t offset);

/*@ requires \valid_read(b) && sound(b);
    assigns \nothing;
    ensures !there(b, offset, 2) ==> \result == 0; */
static inline uint16_t bytes_u16(const struct bytes *b, uint32_t offset);

/*@ requires \valid_read(b) && sound(b);
    assigns \nothing;
    ensures !there(b, offset, 4) ==> \result == 0; */
static inline uint32_t bytes_u32(const struct bytes *b, uint32_t offset);

/*@ requires \valid_read(b) && sound(b);
    assigns \nothing;
    ensures !there(b, offset, 8) ==> \result == 0; */
static inline uint64_t bytes_u64(const struct bytes *b, uint32_t offset);
