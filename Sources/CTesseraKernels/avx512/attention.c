// Attention, AVX-512: avx2/attention.c with two queries in the halves of a vector, where rows are floats.
//
// Every number is computed from the same ones in the same order as there, so that it has the same bits.
#include "avx512.h"

#if defined(__x86_64__)
#include <math.h>

#include "../avx2/attend.h"

TK_BEGIN_AVX512

enum {
    KEYS = 8,            // of a tile of scores
    VECTORS = 4,         // of values, in a tile of the weighted sum
    LONGEST_HEAD = 512,  // floats of a head that are laid out here
    GROUPS = TK_CHUNK / KEYS
};

// The scores, then weights, of eight positions for one query, and for the other.
typedef float group[TK_QUERIES][KEYS];

// Sums of the lanes of the halves of four vectors, the lower halves' first: `tk_fold_4x2`.
TK_INLINE __m256 fold(const __m512 v[4]) {
    __m512 even =
        _mm512_add_ps(_mm512_shuffle_f32x4(v[0], v[2], 0x88), _mm512_shuffle_f32x4(v[0], v[2], 0xdd));
    __m512 odd =
        _mm512_add_ps(_mm512_shuffle_f32x4(v[1], v[3], 0x88), _mm512_shuffle_f32x4(v[1], v[3], 0xdd));
    __m512 t = _mm512_add_ps(_mm512_unpacklo_ps(even, odd), _mm512_unpackhi_ps(even, odd));
    __m256 t0 = _mm512_castps512_ps256(t), t1 = _mm512_extractf32x8_ps(t, 1);
    return _mm256_add_ps(_mm256_shuffle_ps(t0, t1, 0x44), _mm256_shuffle_ps(t0, t1, 0xee));
}

// Eight floats of one query beside those of the other.
TK_INLINE __m512 beside(__m256 low, __m256 high) {
    return _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
}

// Scores of both queries for the groups of positions that either sees.
TK_INLINE void score(const __m512 *q, const tk_attended *rows, tk_span any, size_t head_size, __m256 scale,
                     group scores[GROUPS]) {
    for (size_t g = any.begin / KEYS; g * KEYS < any.end; g++) {
        const float *key[KEYS];
        __m512 sums[KEYS];
        for (size_t k = 0; k < KEYS; k++) {
            size_t p = g * KEYS + k;
            p = p < any.begin ? any.begin : p < any.end ? p : any.end - 1;
            key[k] = (const void *)rows->keys[p];
            sums[k] = _mm512_setzero_ps();
        }
        for (size_t i = 0; i < head_size; i += 8)
            for (size_t k = 0; k < KEYS; k++) {
                __m512 twice = _mm512_broadcast_f32x8(_mm256_loadu_ps(key[k] + i));
                sums[k] = _mm512_fmadd_ps(q[i / 8], twice, sums[k]);
            }
        __m256 first = _mm256_mul_ps(scale, fold(sums)), last = _mm256_mul_ps(scale, fold(sums + 4));
        _mm512_storeu_ps(scores[g], beside(_mm256_permute2f128_ps(first, last, 0x20),
                                           _mm256_permute2f128_ps(first, last, 0x31)));
    }
}

// exp of x <= 0: `tk_exp8_nonpositive`.
TK_INLINE __m512 exp_nonpositive(__m512 x) {
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

// The positions of a group that lie below another one, a bit each.
TK_INLINE unsigned bits_below(size_t end, size_t start) {
    return end >= start + KEYS ? 0xff : end > start ? (1u << (end - start)) - 1 : 0;
}

// The positions of a group that a query sees.
TK_INLINE unsigned seen_bits(tk_span seen, size_t group) {
    size_t start = group * KEYS;
    return bits_below(seen.end, start) & ~bits_below(seen.begin, start);
}

// Turns scores into weights exp(score - largest), and into 0 where a query does not see the position.
TK_INLINE void weigh(group scores[GROUPS], const tk_span seen[TK_QUERIES], tk_span any,
                     float *const partials[TK_QUERIES]) {
    size_t begin = any.begin / KEYS;
    __m512 none = _mm512_set1_ps(-INFINITY), most = none;
    for (size_t g = begin; g * KEYS < any.end; g++) {
        __mmask16 sees = (__mmask16)(seen_bits(seen[0], g) | seen_bits(seen[1], g) << 8);
        __m512 score = _mm512_mask_mov_ps(none, sees, _mm512_loadu_ps(scores[g]));
        _mm512_storeu_ps(scores[g], score);
        most = _mm512_max_ps(score, most);
    }
    float largest[TK_QUERIES] = {tk_largest_lane(_mm512_castps512_ps256(most)),
                                 tk_largest_lane(_mm512_extractf32x8_ps(most, 1))};
    __m512 shift = beside(_mm256_set1_ps(largest[0] == -INFINITY ? 0 : largest[0]),
                          _mm256_set1_ps(largest[1] == -INFINITY ? 0 : largest[1]));
    __m512 sum = _mm512_setzero_ps();
    for (size_t g = begin; g * KEYS < any.end; g++) {
        __m512 weight = exp_nonpositive(_mm512_sub_ps(_mm512_loadu_ps(scores[g]), shift));
        _mm512_storeu_ps(scores[g], weight);
        sum = _mm512_add_ps(sum, weight);
    }
    for (size_t t = 0; t < TK_QUERIES; t++) {
        partials[t][0] = largest[t];
        partials[t][1] = tk_fold8(t == 0 ? _mm512_castps512_ps256(sum) : _mm512_extractf32x8_ps(sum, 1));
    }
}

// sums[t] += the weight of each position of `seen` times its value, for queries t0 ..< t1.
TK_INLINE void add_range(size_t t0, size_t t1, size_t vectors, __mmask16 lanes, group weights[GROUPS],
                         const tk_attended *rows, tk_span seen, size_t i, __m512 sums[TK_QUERIES][VECTORS]) {
    for (size_t p = seen.begin; p < seen.end; p++) {
        const float *value = (const void *)(rows->keys[p] + rows->value_offset);
        for (size_t v = 0; v < vectors; v++) {
            __m512 sixteen = _mm512_maskz_loadu_ps(lanes, value + i + 16 * v);
            for (size_t t = t0; t < t1; t++) {
                __m512 weight = _mm512_set1_ps(weights[p / KEYS][t][p % KEYS]);
                sums[t][v] = _mm512_fmadd_ps(weight, sixteen, sums[t][v]);
            }
        }
    }
}

// The weighted sums of the values that each query sees: `vectors` vectors from element i on, `lanes` of each.
TK_INLINE void add_values(size_t vectors, __mmask16 lanes, group weights[GROUPS], const tk_attended *rows,
                          const tk_span seen[TK_QUERIES], size_t i, float *const partials[TK_QUERIES]) {
    __m512 sums[TK_QUERIES][VECTORS];
    tk_span both = tk_both(seen);
    for (size_t t = 0; t < TK_QUERIES; t++) {
        for (size_t v = 0; v < vectors; v++) sums[t][v] = _mm512_setzero_ps();
        add_range(t, t + 1, vectors, lanes, weights, rows, (tk_span){seen[t].begin, both.begin}, i, sums);
    }
    add_range(0, TK_QUERIES, vectors, lanes, weights, rows, both, i, sums);
    for (size_t t = 0; t < TK_QUERIES; t++) {
        add_range(t, t + 1, vectors, lanes, weights, rows, (tk_span){both.end, seen[t].end}, i, sums);
        for (size_t v = 0; v < vectors; v++)
            _mm512_mask_storeu_ps(partials[t] + 2 + i + 16 * v, lanes, sums[t][v]);
    }
}

static void attend_floats(const tk_query *query, const tk_attended *rows, const tk_span seen[TK_QUERIES],
                          size_t head_size, float scale, float *const partials[TK_QUERIES]) {
    group weights[GROUPS];
    __m512 q[LONGEST_HEAD / 8];
    for (size_t i = 0; i < head_size; i += 8)
        q[i / 8] = beside(_mm256_loadu_ps(query[0].q + i), _mm256_loadu_ps(query[1].q + i));
    tk_span any = tk_any(seen);
    score(q, rows, any, head_size, _mm256_set1_ps(scale), weights);
    weigh(weights, seen, any, partials);
    size_t i = 0;
    for (; i + 16 * VECTORS <= head_size; i += 16 * VECTORS)
        add_values(VECTORS, 0xffff, weights, rows, seen, i, partials);
    for (; i + 16 <= head_size; i += 16) add_values(1, 0xffff, weights, rows, seen, i, partials);
    if (i < head_size) add_values(1, 0xff, weights, rows, seen, i, partials);
}

void tk_avx512_attention(const tk_kv *kv, const tk_query *queries, size_t m, float scale, float *scratch) {
    if (kv->head_size > LONGEST_HEAD)
        tk_avx2_attention(kv, queries, m, scale, scratch);
    else
        tk_avx2_attention_by(attend_floats, kv, queries, m, scale, scratch);
}

void tk_avx512_attention_partials(const tk_kv *kv, const tk_query *queries, size_t m, float scale,
                                  size_t chunk0, size_t chunk1, float *partials, size_t partials_stride,
                                  float *scratch) {
    if (kv->head_size > LONGEST_HEAD)
        tk_avx2_attention_partials(kv, queries, m, scale, chunk0, chunk1, partials, partials_stride, scratch);
    else
        tk_avx2_attention_partials_by(attend_floats, kv, queries, m, scale, chunk0, chunk1, partials,
                                      partials_stride, scratch);
}

TK_END_AVX512
#endif
