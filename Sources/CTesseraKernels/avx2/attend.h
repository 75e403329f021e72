// What tiles of attention share, whatever the width of their vectors.
#ifndef TESSERA_AVX2_ATTEND_H
#define TESSERA_AVX2_ATTEND_H

#include "avx2.h"

#if defined(__x86_64__)
#include "../attention.h"

// What a query has so far, with its values in `out`: nothing, a chunk more, and the sum of them divided out.
void tk_avx2_attention_begin(tk_partial *so_far, float *out, size_t head_size);
void tk_avx2_attention_add(tk_partial *so_far, float *out, const float *partial, size_t head_size);
void tk_avx2_attention_finish(const tk_partial *so_far, float *out, size_t head_size);

// Whether the rows are whole vectors; others go the portable way.
bool tk_avx2_attention_has_kernel(size_t head_size);

// Where the results of a chunk go: to `partials`, or merged into what the queries have so far.
typedef struct tk_attention_sink {
    float *partials;  // or NULL
    size_t stride;
    tk_attention_scratch scratch;
} tk_attention_sink;

// Lets all queries attend to a chunk.
typedef void tk_attend_chunk(const tk_kv *kv, const tk_query *queries, size_t m, size_t chunk, float scale,
                             const tk_attention_sink *sink);

// Attention, whole and in parts, by a function that knows chunks.
void tk_avx2_attention_by(tk_attend_chunk *attend, const tk_kv *kv, const tk_query *queries, size_t m,
                          float scale, float *scratch);
void tk_avx2_attention_partials_by(tk_attend_chunk *attend, const tk_kv *kv, const tk_query *queries,
                                   size_t m, float scale, size_t chunk0, size_t chunk1, float *partials,
                                   size_t partials_stride, float *scratch);

TK_BEGIN_AVX2

// Eight floats of a row in a format of the cache, from element i on.
TK_INLINE __m256 tk_load_row8(tk_format format, const uint8_t *row, size_t i) {
    if (format == TK_F16) return tk_load_half8(row + 2 * i);
    if (format == TK_F32) return _mm256_castsi256_ps(tk_load(row + 4 * i));
    const uint8_t *block = row + i / TK_BLOCK * TK_Q8_0_BYTES;
    __m256i q = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(block + 2 + i % TK_BLOCK)));
    __m256 d = _mm256_broadcastss_ps(_mm_cvtph_ps(_mm_cvtsi32_si128(tk_load_u16(block))));
    return _mm256_mul_ps(d, _mm256_cvtepi32_ps(q));
}

TK_INLINE float tk_largest_lane(__m256 v) {
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

// The positions that any of two queries sees, if they see some in common.
TK_INLINE tk_span tk_any(const tk_span seen[2]) {
    return (tk_span){seen[0].begin < seen[1].begin ? seen[0].begin : seen[1].begin,
                     seen[0].end > seen[1].end ? seen[0].end : seen[1].end};
}

// The positions that both see.
TK_INLINE tk_span tk_both(const tk_span seen[2]) {
    return (tk_span){seen[0].begin > seen[1].begin ? seen[0].begin : seen[1].begin,
                     seen[0].end < seen[1].end ? seen[0].end : seen[1].end};
}

TK_END_AVX2
#endif
#endif
