// How panels of rows are made for AVX-512.
#ifndef TESSERA_AVX2_PANEL_H
#define TESSERA_AVX2_PANEL_H

#include "avx2.h"

#if defined(__x86_64__)
TK_BEGIN_AVX2

// Rows of 32-bit elements become columns.
TK_INLINE void tk_transpose_8x8(__m256i v[8]) {
    __m256i a[8], b[8];
    for (int i = 0; i < 8; i += 2) {
        a[i] = _mm256_unpacklo_epi32(v[i], v[i + 1]);
        a[i + 1] = _mm256_unpackhi_epi32(v[i], v[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        b[i] = _mm256_unpacklo_epi64(a[i], a[i + 2]);
        b[i + 1] = _mm256_unpackhi_epi64(a[i], a[i + 2]);
        b[i + 2] = _mm256_unpacklo_epi64(a[i + 1], a[i + 3]);
        b[i + 3] = _mm256_unpackhi_epi64(a[i + 1], a[i + 3]);
    }
    for (int i = 0; i < 4; i++) {
        v[i] = _mm256_permute2x128_si256(b[i], b[i + 4], 0x20);
        v[i + 4] = _mm256_permute2x128_si256(b[i], b[i + 4], 0x31);
    }
}

// The 32 nibbles of a block, in order.
TK_INLINE __m256i tk_unpack_nibbles(const uint8_t *bytes) {
    __m128i packed = _mm_loadu_si128((const void *)bytes);
    __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(packed), _mm_srli_epi16(packed, 4), 1);
    return _mm256_and_si256(both, _mm256_set1_epi8(15));
}

TK_END_AVX2
#endif
#endif
