// Eight rows of a product with one token, and the pieces of it that AVX2 and AVX-512 share.
#ifndef TESSERA_AVX2_EIGHT_ROWS_H
#define TESSERA_AVX2_EIGHT_ROWS_H

#include "avx2.h"

#if defined(__x86_64__)
TK_BEGIN_AVX2

enum {
    TK_ROWS = 8,
    TK_PREFETCH_BYTES =
        1024  // further ahead than the next eight rows; longer and shorter ways measured slower
};

// Sums for rows 0...7 from products of the pairs of rows (0, 4), (1, 5), (2, 6), (3, 7), four int32 in each
// half.
TK_INLINE __m256i tk_fold_int32(const __m256i p[4]) {
    __m256i t0 = _mm256_add_epi32(_mm256_unpacklo_epi64(p[0], p[1]), _mm256_unpackhi_epi64(p[0], p[1]));
    __m256i t1 = _mm256_add_epi32(_mm256_unpacklo_epi64(p[2], p[3]), _mm256_unpackhi_epi64(p[2], p[3]));
    __m256 a = _mm256_castsi256_ps(t0), b = _mm256_castsi256_ps(t1);
    return _mm256_add_epi32(_mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88)),
                            _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xdd)));
}

// The same for eight int16 in each half, of which two may be added without overflow: two vectors in which lane i is
// row i, whose pairs of int16 remain to be added.
typedef struct tk_folded {
    __m256i even, odd;
} tk_folded;

TK_INLINE tk_folded tk_fold_pairs(const __m256i p[4]) {
    __m256i t0 = _mm256_add_epi16(_mm256_unpacklo_epi64(p[0], p[1]), _mm256_unpackhi_epi64(p[0], p[1]));
    __m256i t1 = _mm256_add_epi16(_mm256_unpacklo_epi64(p[2], p[3]), _mm256_unpackhi_epi64(p[2], p[3]));
    __m256 a = _mm256_castsi256_ps(t0), b = _mm256_castsi256_ps(t1);
    return (tk_folded){_mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88)),
                       _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xdd))};
}

// The sums, multiplied by `factors`, which must be the same in both int16 of a lane.
TK_INLINE __m256i tk_fold_scaled(const __m256i p[4], __m256i factors) {
    tk_folded sums = tk_fold_pairs(p);
    return _mm256_add_epi32(_mm256_madd_epi16(sums.even, factors), _mm256_madd_epi16(sums.odd, factors));
}

// The sums of int16, of which four may be added without overflow if `narrow`, else two.
TK_INLINE __m256i tk_fold_int16(const __m256i p[4], bool narrow) {
    __m256i ones = _mm256_set1_epi16(1);
    if (!narrow) return tk_fold_scaled(p, ones);
    tk_folded sums = tk_fold_pairs(p);
    return _mm256_madd_epi16(_mm256_add_epi16(sums.even, sums.odd), ones);
}

TK_INLINE __m128i tk_load_16(const uint8_t *bytes) {
    return _mm_loadu_si128((const void *)bytes);
}

// The f16 pairs (d, m) at the start of a block of eight consecutive rows. Loading row i's 16 bytes 4 * i
// early puts its pair where it belongs, and blending is cheaper than inserting; the bytes are those of the
// rows before.
TK_INLINE void tk_load_scales(const uint8_t *const rows[TK_ROWS], size_t offset, __m256 *d, __m256 *m) {
    __m128i low = tk_load_16(rows[0] + offset), high = tk_load_16(rows[4] + offset);
    low = _mm_blend_epi32(low, tk_load_16(rows[1] + offset - 4), 2);
    high = _mm_blend_epi32(high, tk_load_16(rows[5] + offset - 4), 2);
    low = _mm_blend_epi32(low, tk_load_16(rows[2] + offset - 8), 4);
    high = _mm_blend_epi32(high, tk_load_16(rows[6] + offset - 8), 4);
    low = _mm_blend_epi32(low, tk_load_16(rows[3] + offset - 12), 8);
    high = _mm_blend_epi32(high, tk_load_16(rows[7] + offset - 12), 8);
    __m128i mask = _mm_set1_epi32(0xffff);
    *d = _mm256_cvtph_ps(_mm_packus_epi32(_mm_and_si128(low, mask), _mm_and_si128(high, mask)));
    *m = _mm256_cvtph_ps(_mm_packus_epi32(_mm_srli_epi32(low, 16), _mm_srli_epi32(high, 16)));
}

// The f16 at the start of a block of eight rows.
TK_INLINE __m256 tk_load_scale(const uint8_t *const rows[TK_ROWS], size_t offset) {
    return _mm256_cvtph_ps(
        _mm_setr_epi16((short)tk_load_u16(rows[0] + offset), (short)tk_load_u16(rows[1] + offset),
                       (short)tk_load_u16(rows[2] + offset), (short)tk_load_u16(rows[3] + offset),
                       (short)tk_load_u16(rows[4] + offset), (short)tk_load_u16(rows[5] + offset),
                       (short)tk_load_u16(rows[6] + offset), (short)tk_load_u16(rows[7] + offset)));
}

// The same for rows of which some are repeated.
TK_INLINE void tk_load_last_scales(const uint8_t *const rows[TK_ROWS], size_t offset, __m256 *d, __m256 *m) {
    uint16_t halves[2][TK_ROWS];
    for (size_t i = 0; i < TK_ROWS; i++) {
        halves[0][i] = tk_load_u16(rows[i] + offset);
        halves[1][i] = tk_load_u16(rows[i] + offset + 2);
    }
    *d = tk_load_half8(halves[0]);
    *m = tk_load_half8(halves[1]);
}

// Asks for as many rows behind these `count` while a block of these is worked on.
TK_INLINE void tk_prefetch_next_rows(const uint8_t *rows, size_t count, size_t row_bytes, size_t offset,
                                     size_t block_bytes) {
    for (size_t line = 0; line < count * block_bytes; line += 64)
        _mm_prefetch((const char *)rows + count * (row_bytes + offset) + TK_PREFETCH_BYTES + line,
                     _MM_HINT_T0);
}

TK_END_AVX2
#endif
#endif
