// AVX2 kernels and the few vector idioms that they share.
#ifndef TESSERA_AVX2_H
#define TESSERA_AVX2_H

#if defined(__x86_64__)
#include <immintrin.h>

#include "../blocks.h"

// Functions between these two may use the instructions, without compiler flags for the file.
#define TK_BEGIN_AVX2                                                                                        \
    _Pragma("clang attribute push(__attribute__((target(\"avx2,fma,f16c\"))), apply_to = function)")
#define TK_END_AVX2 _Pragma("clang attribute pop")

#define TK_INLINE static inline __attribute__((always_inline))

void tk_avx2_dequantize_row(tk_format format, const void *row, size_t n, float *out);
void tk_avx2_quantize_row(const float *x, size_t n, tk_q8_block *out);
void tk_avx2_to_f16(const float *x, size_t n, uint16_t *out);

void tk_avx2_matvec(tk_format format, const void *weights, size_t n, size_t row0, size_t row1, const void *x,
                    float *y);
void tk_avx2_matmul(tk_format format, const void *weights, size_t n, size_t row0, size_t row1, const void *x,
                    size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch);
// One to three tokens times rows of Q4_0, Q4_1 or Q8_0.
void tk_avx2_matvecs(tk_format format, const void *weights, size_t n, size_t row0, size_t row1, const void *x,
                     size_t x_stride, size_t m, float *y, size_t y_stride);
// The same of the other quantised formats.
void tk_avx2_matvecs_k(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                       const void *x, size_t x_stride, size_t m, float *y, size_t y_stride);
// Four to eight tokens times rows of Q4_0, Q4_1 or Q8_0.
void tk_avx2_matmul_columns(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                            const void *x, size_t x_stride, size_t m, float *y, size_t y_stride);
size_t tk_avx2_matmul_scratch_bytes(tk_format format, size_t n);

void tk_avx2_matvec_dense(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                          const float *x, float *y);
void tk_avx2_matmul_dense(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                          const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride,
                          void *scratch);
size_t tk_avx2_dense_scratch_bytes(void);
size_t tk_avx2_matmul_f32_scratch_floats(size_t n);
void tk_avx2_matmul_f32(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                        const float *x, size_t x_stride, size_t m, float *y, size_t y_stride, float *scratch);

size_t tk_avx2_multiply_in_registers(tk_format format, size_t rounds);

void tk_avx2_rms_norm(const float *x, const float *weight, size_t n, float epsilon, float *out);
void tk_avx2_add(const float *x, size_t n, float *y);
void tk_avx2_silu_mul(const float *gate, const float *up, size_t n, float *out);
void tk_avx2_rope(float *head, size_t head_size, const float *cos, const float *sin, bool interleaved);
float tk_avx2_log_sum_exp(const float *x, size_t n);
size_t tk_avx2_argmax(const float *x, size_t n);

void tk_avx2_attention(const tk_kv *kv, const tk_query *queries, size_t m, float scale, float *scratch);
void tk_avx2_attention_partials(const tk_kv *kv, const tk_query *queries, size_t m, float scale,
                                size_t chunk0, size_t chunk1, float *partials, size_t partials_stride,
                                float *scratch);
void tk_avx2_attention_merge(const float *partials, size_t chunk0, size_t chunk1, size_t head_size,
                             float *out);

TK_BEGIN_AVX2

// What asks for memory ahead does so in step s when s & mask == value, so that several passes over the same
// rows read memory at an even pace: asking for many lines at once keeps other loads waiting.
typedef struct tk_pace {
    size_t mask, value;
} tk_pace;

TK_INLINE __m256i tk_load(const void *bytes) {
    return _mm256_loadu_si256(bytes);
}

// 16 bytes, in both halves.
TK_INLINE __m256i tk_load_twice(const void *bytes) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(bytes));
}

// 16 bytes from each of two places.
TK_INLINE __m256i tk_load_pair(const void *low, const void *high) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(low)), _mm_loadu_si128(high), 1);
}

TK_INLINE __m256i tk_broadcast4(const void *bytes) {
    int32_t value;
    memcpy(&value, bytes, sizeof value);
    return _mm256_set1_epi32(value);
}

TK_INLINE __m256 tk_load_half8(const void *halves) {
    return _mm256_cvtph_ps(_mm_loadu_si128(halves));
}

TK_INLINE __m256 tk_load_bfloat8(const void *bfloats) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128(bfloats)), 16));
}

// ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)): the order that `tk_fold_4x2` has too.
TK_INLINE float tk_fold8(__m256 v) {
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

// Sums of the lanes of eight vectors: a[0..3] into the low half of the result, b[0..3] into the high half.
TK_INLINE __m256 tk_fold_4x2(const __m256 a[4], const __m256 b[4]) {
    __m256 four[4];
    for (int i = 0; i < 4; i++)
        four[i] =
            _mm256_add_ps(_mm256_permute2f128_ps(a[i], b[i], 0x20), _mm256_permute2f128_ps(a[i], b[i], 0x31));
    __m256 t0 = _mm256_add_ps(_mm256_unpacklo_ps(four[0], four[1]), _mm256_unpackhi_ps(four[0], four[1]));
    __m256 t1 = _mm256_add_ps(_mm256_unpacklo_ps(four[2], four[3]), _mm256_unpackhi_ps(four[2], four[3]));
    return _mm256_add_ps(_mm256_shuffle_ps(t0, t1, 0x44), _mm256_shuffle_ps(t0, t1, 0xee));
}

TK_END_AVX2

#endif
#endif
