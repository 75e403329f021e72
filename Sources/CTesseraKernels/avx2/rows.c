// Rows from and to the storage formats, AVX2.
#include "avx2.h"

#if defined(__x86_64__)
#include "../portable/portable.h"

TK_BEGIN_AVX2

TK_INLINE void dequantize_16(__m128i bytes, bool is_signed, __m256 d, __m256 m, float *out) {
    __m128i upper = _mm_unpackhi_epi64(bytes, bytes);
    __m256i low = is_signed ? _mm256_cvtepi8_epi32(bytes) : _mm256_cvtepu8_epi32(bytes);
    __m256i high = is_signed ? _mm256_cvtepi8_epi32(upper) : _mm256_cvtepu8_epi32(upper);
    _mm256_storeu_ps(out, _mm256_fmadd_ps(d, _mm256_cvtepi32_ps(low), m));
    _mm256_storeu_ps(out + 8, _mm256_fmadd_ps(d, _mm256_cvtepi32_ps(high), m));
}

TK_INLINE void dequantize_q4(const uint8_t *nibbles, float d, float m, float *out) {
    __m128i bytes = _mm_loadu_si128((const void *)nibbles);
    __m128i mask = _mm_set1_epi8(15);
    dequantize_16(_mm_and_si128(bytes, mask), false, _mm256_set1_ps(d), _mm256_set1_ps(m), out);
    dequantize_16(_mm_and_si128(_mm_srli_epi16(bytes, 4), mask), false, _mm256_set1_ps(d), _mm256_set1_ps(m),
                  out + 16);
}

TK_INLINE void dequantize_q8(const uint8_t *values, float d, float *out) {
    __m256 minus_zero = _mm256_set1_ps(-0.0f);
    dequantize_16(_mm_loadu_si128((const void *)values), true, _mm256_set1_ps(d), minus_zero, out);
    dequantize_16(_mm_loadu_si128((const void *)(values + 16)), true, _mm256_set1_ps(d), minus_zero,
                  out + 16);
}

void tk_avx2_dequantize_row(tk_format format, const void *row, size_t n, float *out) {
    const uint8_t *bytes = row;
    size_t i = 0;
    switch (format) {
    case TK_F16:
        for (; i + 8 <= n; i += 8) _mm256_storeu_ps(out + i, tk_load_half8(bytes + 2 * i));
        break;
    case TK_BF16:
        for (; i + 8 <= n; i += 8) _mm256_storeu_ps(out + i, tk_load_bfloat8(bytes + 2 * i));
        break;
    case TK_Q4_0:
        for (; i + TK_BLOCK <= n; i += TK_BLOCK, bytes += TK_Q4_0_BYTES) {
            float d = tk_half_to_float(tk_load_u16(bytes));
            dequantize_q4(bytes + 2, d, -8 * d, out + i);
        }
        return;
    case TK_Q4_1:
        for (; i + TK_BLOCK <= n; i += TK_BLOCK, bytes += TK_Q4_1_BYTES)
            dequantize_q4(bytes + 4, tk_half_to_float(tk_load_u16(bytes)),
                          tk_half_to_float(tk_load_u16(bytes + 2)), out + i);
        return;
    case TK_Q8_0:
        for (; i + TK_BLOCK <= n; i += TK_BLOCK, bytes += TK_Q8_0_BYTES)
            dequantize_q8(bytes + 2, tk_half_to_float(tk_load_u16(bytes)), out + i);
        return;
    case TK_F32:
        break;
    case TK_Q5_0:
    case TK_Q5_1:
    case TK_Q4_K:
    case TK_Q5_K:
    case TK_Q6_K:
        tk_portable_dequantize_row(format, bytes, n, out);
        return;
    }
    tk_portable_dequantize_row(format, bytes + i * tk_row_bytes(format, 1), n - i, out + i);
}

// As in the portable version: non-finite blocks keep a non-finite scale, tiny ones become zero.
TK_INLINE void quantize_block(const float *x, tk_q8_block *out) {
    __m256 v[4];
    __m256i sign = _mm256_set1_epi32((int)0x80000000u);
    __m256i largest = _mm256_setzero_si256();
    for (int i = 0; i < 4; i++) {
        v[i] = _mm256_loadu_ps(x + 8 * i);
        largest = _mm256_max_epu32(largest, _mm256_andnot_si256(sign, _mm256_castps_si256(v[i])));
    }
    __m128i four = _mm_max_epu32(_mm256_castsi256_si128(largest), _mm256_extracti128_si256(largest, 1));
    __m128i two = _mm_max_epu32(four, _mm_shuffle_epi32(four, 0x4e));
    uint32_t bits = (uint32_t)_mm_cvtsi128_si32(_mm_max_epu32(two, _mm_shuffle_epi32(two, 0xb1)));
    float magnitude = tk_float_from_bits(bits);
    out->scale = magnitude / 127.0f;
    if (bits >= 0x7f800000u || magnitude < 0x1p-100f) {
        if (bits < 0x7f800000u) out->scale = 0;
        out->sum = out->scale * 0.0f;
        memset(out->halves, 0, sizeof out->halves);
        memset(out->values, 0, sizeof out->values);
        return;
    }
    __m256 inverse = _mm256_set1_ps(127.0f / magnitude);
    __m256i q[4];
    for (int i = 0; i < 4; i++) q[i] = _mm256_cvtps_epi32(_mm256_mul_ps(v[i], inverse));
    // Packing works within 128-bit halves; the permutation restores the order.
    __m256i packed = _mm256_packs_epi16(_mm256_packs_epi32(q[0], q[1]), _mm256_packs_epi32(q[2], q[3]));
    packed = _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    _mm256_storeu_si256((void *)out->values, packed);
    // q[0] + q[1] are the first half, in eight lanes; q[2] + q[3] the second one.
    __m256i sums = _mm256_hadd_epi32(_mm256_add_epi32(q[0], q[1]), _mm256_add_epi32(q[2], q[3]));
    sums = _mm256_hadd_epi32(sums, sums);
    __m128i both = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    int32_t first = _mm_cvtsi128_si32(both), second = _mm_extract_epi32(both, 1);
    out->halves[0] = (int16_t)first;
    out->halves[1] = (int16_t)second;
    out->sum = out->scale * (float)(first + second);
}

void tk_avx2_quantize_row(const float *x, size_t n, tk_q8_block *out) {
    for (size_t b = 0; b < n / TK_BLOCK; b++) quantize_block(x + b * TK_BLOCK, out + b);
}

void tk_avx2_to_f16(const float *x, size_t n, uint16_t *out) {
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm_storeu_si128((void *)(out + i),
                         _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
    tk_portable_to_f16(x + i, n - i, out + i);
}

TK_END_AVX2
#endif
