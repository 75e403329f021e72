// Tiles of attention, AVX-512: a few queries against a chunk of keys and values that are floats.
//
// Every number is computed from the same ones in the same order as in avx2/attention.c, so that it has the
// same bits. Where that sums over eight lanes, two positions lie side by side in a vector of sixteen.
#ifndef TESSERA_AVX512_TILES_H
#define TESSERA_AVX512_TILES_H

#include "avx512.h"

#if defined(__x86_64__)
#include <math.h>

#include "../avx2/attend.h"

enum {
    TK_GROUP = 16,        // positions whose scores are computed together
    TK_VALUE_VECTORS = 4  // of values, in the weighted sums of a tile
};

// Queries that read the same rows of a chunk, of which they see some in common.
typedef struct tk_tile {
    const float *q[TK_TILE];
    tk_span seen[TK_TILE];
    tk_span any, both;         // what one of them sees, and what all see
    float *partials[TK_TILE];  // where the results go
} tk_tile;

TK_BEGIN_AVX512

// Where the key of a position lies among those of a chunk `[groups, head_size / 8, 8, 2, 8]`: eight floats
// here and eight every `TK_GROUP * 8` after. The sixteen of a group are two by two, position p beside p + 4.
TK_INLINE float *tk_place_of_key(float *keys, size_t p, size_t head_size) {
    size_t pair = p % 4 + p / 8 % 2 * 4;
    return keys + p / TK_GROUP * TK_GROUP * head_size + pair * 16 + p / 4 % 2 * 8;
}

// Sums of the lanes of the halves of eight vectors, in the order of the positions: `tk_fold_4x2`.
TK_INLINE __m512 tk_fold_8x2(const __m512 v[8]) {
    __m512 four[4];
    for (int k = 0; k < 4; k++)
        four[k] = _mm512_add_ps(_mm512_shuffle_f32x4(v[k], v[k + 4], 0x88),
                                _mm512_shuffle_f32x4(v[k], v[k + 4], 0xdd));
    __m512 t0 = _mm512_add_ps(_mm512_unpacklo_ps(four[0], four[1]), _mm512_unpackhi_ps(four[0], four[1]));
    __m512 t1 = _mm512_add_ps(_mm512_unpacklo_ps(four[2], four[3]), _mm512_unpackhi_ps(four[2], four[3]));
    return _mm512_add_ps(_mm512_shuffle_ps(t0, t1, 0x44), _mm512_shuffle_ps(t0, t1, 0xee));
}

// The positions of the group at p that lie below `end`, a bit each.
TK_INLINE unsigned tk_bits_below(size_t end, size_t p) {
    return end >= p + TK_GROUP ? 0xffff : end > p ? (1u << (end - p)) - 1 : 0;
}

// scores[t][p] = scale * q[t] . keys[p] for the groups that have a position of `any`, or -infinity where t
// does not see p; and the largest of them in the lanes of most[t].
TK_INLINE void tk_tile_scores(size_t queries, const tk_tile *tile, const float *keys, size_t head_size,
                              float scale, float scores[TK_TILE][TK_CHUNK], __m512 most[TK_TILE]) {
    __m512 none = _mm512_set1_ps(-INFINITY);
    for (size_t t = 0; t < queries; t++) most[t] = none;
    for (size_t p = tile->any.begin / TK_GROUP * TK_GROUP; p < tile->any.end; p += TK_GROUP) {
        const float *key = keys + p * head_size;
        __m512 sums[TK_TILE][8];
        for (size_t t = 0; t < queries; t++)
            for (size_t k = 0; k < 8; k++) sums[t][k] = _mm512_setzero_ps();
        for (size_t i = 0; i < head_size; i += 8, key += 8 * TK_GROUP) {
            __m512 q[TK_TILE];
            for (size_t t = 0; t < queries; t++)
                q[t] = _mm512_broadcast_f32x8(_mm256_loadu_ps(tile->q[t] + i));
            for (size_t k = 0; k < 8; k++) {
                __m512 pair = _mm512_loadu_ps(key + 16 * k);
                for (size_t t = 0; t < queries; t++) sums[t][k] = _mm512_fmadd_ps(q[t], pair, sums[t][k]);
            }
        }
        for (size_t t = 0; t < queries; t++) {
            unsigned sees = tk_bits_below(tile->seen[t].end, p) & ~tk_bits_below(tile->seen[t].begin, p);
            __m512 score = _mm512_mul_ps(_mm512_set1_ps(scale), tk_fold_8x2(sums[t]));
            score = _mm512_mask_mov_ps(none, (__mmask16)sees, score);
            _mm512_storeu_ps(scores[t] + p, score);
            most[t] = _mm512_max_ps(score, most[t]);
        }
    }
}

// exp of x <= 0: `tk_exp8_nonpositive`.
TK_INLINE __m512 tk_exp16_nonpositive(__m512 x) {
    __m512 smallest = _mm512_set1_ps(-87.336540f), bounded = _mm512_max_ps(smallest, x);
    __m512 whole = _mm512_roundscale_ps(_mm512_mul_ps(bounded, _mm512_set1_ps(0x1.715476p0f)),
                                        _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m512 r = _mm512_fnmadd_ps(whole, _mm512_set1_ps(0x1.62e4p-1f), bounded);
    r = _mm512_fnmadd_ps(whole, _mm512_set1_ps(0x1.7f7d1cp-20f), r);
    __m512 r2 = _mm512_mul_ps(r, r);
    __m512 high = _mm512_fmadd_ps(r, _mm512_set1_ps(0x1.a01a02p-13f), _mm512_set1_ps(0x1.6c16c2p-10f));
    __m512 middle = _mm512_fmadd_ps(r, _mm512_set1_ps(0x1.111112p-7f), _mm512_set1_ps(0x1.555556p-5f));
    __m512 low = _mm512_fmadd_ps(r, _mm512_set1_ps(0x1.555556p-3f), _mm512_set1_ps(0.5f));
    __m512 p = _mm512_fmadd_ps(r2, _mm512_fmadd_ps(r2, _mm512_fmadd_ps(r2, high, middle), low), r);
    __m512i n = _mm512_add_epi32(_mm512_cvtps_epi32(whole), _mm512_set1_epi32(127));
    __m512 power = _mm512_castsi512_ps(_mm512_slli_epi32(n, 23));
    __mmask16 is_small = _mm512_cmp_ps_mask(x, smallest, _CMP_LT_OQ);
    return _mm512_mask_mov_ps(_mm512_fmadd_ps(power, p, power), is_small, _mm512_setzero_ps());
}

// Turns scores into weights exp(score - largest).
TK_INLINE void tk_tile_weights(size_t queries, const tk_tile *tile, const __m512 most[TK_TILE],
                               float scores[TK_TILE][TK_CHUNK]) {
    __m512 shift[TK_TILE];
    __m256 sum[TK_TILE];
    for (size_t t = 0; t < queries; t++) {
        __m256 high = _mm512_extractf32x8_ps(most[t], 1);
        float largest = tk_largest_lane(_mm256_max_ps(_mm512_castps512_ps256(most[t]), high));
        shift[t] = _mm512_set1_ps(largest == -INFINITY ? 0 : largest);  // weights 0, not NaN
        sum[t] = _mm256_setzero_ps();
        tile->partials[t][0] = largest;
    }
    for (size_t p = tile->any.begin / TK_GROUP * TK_GROUP; p < tile->any.end; p += TK_GROUP)
        for (size_t t = 0; t < queries; t++) {
            __m512 weight = tk_exp16_nonpositive(_mm512_sub_ps(_mm512_loadu_ps(scores[t] + p), shift[t]));
            _mm512_storeu_ps(scores[t] + p, weight);
            sum[t] = _mm256_add_ps(sum[t], _mm512_castps512_ps256(weight));
            sum[t] = _mm256_add_ps(sum[t], _mm512_extractf32x8_ps(weight, 1));
        }
    for (size_t t = 0; t < queries; t++) tile->partials[t][1] = tk_fold8(sum[t]);
}

// sums[t] += the weight of each position of `seen` times its value, for queries t0 ..< t1.
TK_INLINE void tk_add_range(size_t t0, size_t t1, size_t vectors, float weights[TK_TILE][TK_CHUNK],
                            const float *values, size_t stride, tk_span seen,
                            __m512 sums[TK_TILE][TK_VALUE_VECTORS]) {
    for (size_t p = seen.begin; p < seen.end; p++)
        for (size_t v = 0; v < vectors; v++) {
            __m512 value = _mm512_loadu_ps(values + p * stride + 16 * v);
            for (size_t t = t0; t < t1; t++)
                sums[t][v] = _mm512_fmadd_ps(_mm512_set1_ps(weights[t][p]), value, sums[t][v]);
        }
}

// The weighted sums of the values that each query sees: `vectors` vectors from element i on, `lanes` of each.
//
// A position that only one query sees must not touch another's sum, be its weight 0 or not: the value may
// be infinite.
TK_INLINE void tk_tile_values(size_t queries, size_t vectors, __mmask16 lanes, const tk_tile *tile,
                              float weights[TK_TILE][TK_CHUNK], const float *values, size_t stride,
                              size_t i) {
    __m512 sums[TK_TILE][TK_VALUE_VECTORS];
    for (size_t t = 0; t < queries; t++) {
        for (size_t v = 0; v < vectors; v++) sums[t][v] = _mm512_setzero_ps();
        tk_span before = {tile->seen[t].begin, tile->both.begin};
        tk_add_range(t, t + 1, vectors, weights, values + i, stride, before, sums);
    }
    tk_add_range(0, queries, vectors, weights, values + i, stride, tile->both, sums);
    for (size_t t = 0; t < queries; t++) {
        tk_span after = {tile->both.end, tile->seen[t].end};
        tk_add_range(t, t + 1, vectors, weights, values + i, stride, after, sums);
        for (size_t v = 0; v < vectors; v++)
            _mm512_mask_storeu_ps(tile->partials[t] + 2 + i + 16 * v, lanes, sums[t][v]);
    }
}

// The partial results of `queries` queries. `values` are `[TK_CHUNK, stride]`.
TK_INLINE void tk_attend_tile(size_t queries, const tk_tile *tile, const float *keys, const float *values,
                              size_t head_size, float scale) {
    _Alignas(64) float weights[TK_TILE][TK_CHUNK];
    size_t stride = tk_padded(head_size), i = 0;
    __m512 most[TK_TILE];
    tk_tile_scores(queries, tile, keys, head_size, scale, weights, most);
    tk_tile_weights(queries, tile, most, weights);
    for (; i + 64 <= head_size; i += 64)
        tk_tile_values(queries, 4, 0xffff, tile, weights, values, stride, i);
    for (; i + 16 <= head_size; i += 16)
        tk_tile_values(queries, 1, 0xffff, tile, weights, values, stride, i);
    if (i < head_size) tk_tile_values(queries, 1, 0xff, tile, weights, values, stride, i);
}

TK_END_AVX512
#endif
#endif
