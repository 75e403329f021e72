// What tiles of two queries share, whatever the width of their vectors.
#ifndef TESSERA_AVX2_ATTEND_H
#define TESSERA_AVX2_ATTEND_H

#include "avx2.h"

#if defined(__x86_64__)
#include "../attention.h"

enum { TK_QUERIES = 2 };  // of a tile

// The rows of a chunk, in a format of the cache or as converted floats.
typedef struct tk_attended {
    const uint8_t *keys[TK_CHUNK];
    size_t value_offset;
    tk_format format;
} tk_attended;

// Two queries against the rows of a chunk, which are floats, and of which they see positions in common.
typedef void (*tk_attend_pair)(const tk_query *query, const tk_attended *rows, const tk_span seen[TK_QUERIES],
                               size_t head_size, float scale, float *const partials[TK_QUERIES]);

// The attention of AVX2 with tiles of another kind where rows are floats.
void tk_avx2_attention_by(tk_attend_pair pair, const tk_kv *kv, const tk_query *queries, size_t m,
                          float scale, float *scratch);
void tk_avx2_attention_partials_by(tk_attend_pair pair, const tk_kv *kv, const tk_query *queries, size_t m,
                                   float scale, size_t chunk0, size_t chunk1, float *partials,
                                   size_t partials_stride, float *scratch);

TK_BEGIN_AVX2

TK_INLINE float tk_largest_lane(__m256 v) {
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

// The positions that any of two queries sees, if they see some in common.
TK_INLINE tk_span tk_any(const tk_span seen[TK_QUERIES]) {
    return (tk_span){seen[0].begin < seen[1].begin ? seen[0].begin : seen[1].begin,
                     seen[0].end > seen[1].end ? seen[0].end : seen[1].end};
}

// The positions that both see.
TK_INLINE tk_span tk_both(const tk_span seen[TK_QUERIES]) {
    return (tk_span){seen[0].begin > seen[1].begin ? seen[0].begin : seen[1].begin,
                     seen[0].end < seen[1].end ? seen[0].end : seen[1].end};
}

TK_END_AVX2
#endif
#endif
