// Causal attention, AVX2 with FMA: the online softmax of portable/attention.c over tiles of two queries.
//
// Each result is reduced in one fixed order, whichever tile it is part of. Many queries share a chunk of the
// cache converted to floats; few convert as they go.
#include "avx2.h"

#if defined(__x86_64__)
#include <math.h>

#include "../attention.h"
#include "../portable/portable.h"
#include "exponential.h"

TK_BEGIN_AVX2

enum {
    QUERIES = 2,
    KEYS = 4,
    VECTORS = 4,           // of values, in a tile of the weighted sum
    WORTH_CONVERTING = 4,  // queries
    CHUNK = TK_ATTENTION_CHUNK
};

// Part of the cache, in one of its formats or as converted floats.
typedef struct rows {
    const uint8_t *bytes;
    size_t stride;
} rows;

TK_INLINE __m256 load_row(tk_format format, const uint8_t *row, size_t i) {
    return format == TK_F16 ? tk_load_half8(row + 2 * i) : _mm256_castsi256_ps(tk_load(row + 4 * i));
}

// scores[t][p] = scale * q[t] . keys[p] for the first `count` positions; the last ones may be followed by
// copies.
TK_INLINE void score(tk_format format, size_t queries, const float *const q[QUERIES], rows keys, size_t count,
                     size_t head_size, __m256 scale, float scores[QUERIES][CHUNK]) {
    for (size_t p = 0; p < count; p += KEYS) {
        const uint8_t *key[KEYS];
        for (size_t k = 0; k < KEYS; k++)
            key[k] = keys.bytes + (p + k < count ? p + k : count - 1) * keys.stride;
        __m256 sums[QUERIES][KEYS];
        for (size_t t = 0; t < queries; t++)
            for (size_t k = 0; k < KEYS; k++) sums[t][k] = _mm256_setzero_ps();
        for (size_t i = 0; i < head_size; i += 8) {
            __m256 v[QUERIES];
            for (size_t t = 0; t < queries; t++) v[t] = _mm256_loadu_ps(q[t] + i);
            for (size_t k = 0; k < KEYS; k++) {
                __m256 w = load_row(format, key[k], i);
                for (size_t t = 0; t < queries; t++) sums[t][k] = _mm256_fmadd_ps(v[t], w, sums[t][k]);
            }
        }
        __m256 folded = _mm256_mul_ps(scale, tk_fold_4x2(sums[0], sums[queries - 1]));
        _mm_storeu_ps(scores[0] + p, _mm256_castps256_ps128(folded));
        if (queries > 1) _mm_storeu_ps(scores[1] + p, _mm256_extractf128_ps(folded, 1));
    }
}

TK_INLINE float largest_lane(__m256 v) {
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

// Turns the scores of `visible` positions into weights exp(score - largest), zero for the rest of the chunk,
// and returns the factor for what was summed before.
TK_INLINE float weigh(float scores[CHUNK], size_t visible, tk_softmax_state *state) {
    size_t whole = (visible + 7) / 8 * 8;
    for (size_t p = visible; p < whole; p++) scores[p] = -INFINITY;
    __m256 most = _mm256_set1_ps(state->largest);
    for (size_t p = 0; p < whole; p += 8) most = _mm256_max_ps(_mm256_loadu_ps(scores + p), most);
    float largest = largest_lane(most);
    float shift = largest == -INFINITY ? 0 : largest;  // nothing but -infinity: weights 0, not NaN
    __m256 sum = _mm256_setzero_ps();
    for (size_t p = 0; p < whole; p += 8) {
        __m256 weight =
            tk_exp8_nonpositive(_mm256_sub_ps(_mm256_loadu_ps(scores + p), _mm256_set1_ps(shift)));
        _mm256_storeu_ps(scores + p, weight);
        sum = _mm256_add_ps(sum, weight);
    }
    float kept = _mm256_cvtss_f32(tk_exp8_nonpositive(_mm256_set1_ps(state->largest - shift)));
    state->sum = state->sum * kept + tk_fold8(sum);
    state->largest = largest;
    return kept;
}

// out[t] = kept[t] * out[t] + sum over p < visible[t] of weights[t][p] * values[p], for `vectors` vectors
// from element i on. A position that only the last query sees must not touch the first one's sum, be its
// weight 0 or not: the value may be infinite.
TK_INLINE void add_values(tk_format format, size_t queries, size_t vectors, float weights[QUERIES][CHUNK],
                          const float kept[QUERIES], rows values, const size_t visible[QUERIES], size_t i,
                          float *const out[QUERIES]) {
    __m256 sums[QUERIES][VECTORS];
    for (size_t t = 0; t < queries; t++)
        for (size_t v = 0; v < vectors; v++)
            sums[t][v] = _mm256_mul_ps(_mm256_set1_ps(kept[t]), _mm256_loadu_ps(out[t] + i + 8 * v));
    size_t p = 0;
    for (; p < visible[0]; p++)
        for (size_t v = 0; v < vectors; v++) {
            __m256 value = load_row(format, values.bytes + p * values.stride, i + 8 * v);
            for (size_t t = 0; t < queries; t++)
                sums[t][v] = _mm256_fmadd_ps(_mm256_set1_ps(weights[t][p]), value, sums[t][v]);
        }
    for (; p < visible[queries - 1]; p++)
        for (size_t v = 0; v < vectors; v++) {
            __m256 value = load_row(format, values.bytes + p * values.stride, i + 8 * v);
            sums[queries - 1][v] =
                _mm256_fmadd_ps(_mm256_set1_ps(weights[queries - 1][p]), value, sums[queries - 1][v]);
        }
    for (size_t t = 0; t < queries; t++)
        for (size_t v = 0; v < vectors; v++) _mm256_storeu_ps(out[t] + i + 8 * v, sums[t][v]);
}

// One or two consecutive queries against a chunk.
TK_INLINE void attend(tk_format format, size_t queries, const float *const q[QUERIES], rows keys, rows values,
                      const size_t visible[QUERIES], size_t head_size, float scale, tk_softmax_state *states,
                      float *const out[QUERIES]) {
    float weights[QUERIES][CHUNK];
    float kept[QUERIES];
    score(format, queries, q, keys, visible[queries - 1], head_size, _mm256_set1_ps(scale), weights);
    for (size_t t = 0; t < queries; t++) kept[t] = weigh(weights[t], visible[t], states + t);
    size_t i = 0;
    for (; i + 8 * VECTORS <= head_size; i += 8 * VECTORS)
        add_values(format, queries, VECTORS, weights, kept, values, visible, i, out);
    for (; i < head_size; i += 8) add_values(format, queries, 1, weights, kept, values, visible, i, out);
}

TK_INLINE void attend_all(tk_format format, rows keys, rows values, size_t start, size_t count,
                          const float *q, size_t q_stride, size_t m, size_t first, size_t head_size,
                          float scale, tk_softmax_state *states, float *out, size_t out_stride) {
    for (size_t t = start > first ? start - first : 0; t < m;) {
        size_t seen = first + t + 1 - start;
        size_t visible[QUERIES] = {seen < count ? seen : count, seen + 1 < count ? seen + 1 : count};
        size_t next = t + 1 < m ? t + 1 : t;
        const float *queries[QUERIES] = {q + t * q_stride, q + next * q_stride};
        float *outs[QUERIES] = {out + t * out_stride, out + next * out_stride};
        if (m - t >= QUERIES) {
            attend(format, 2, queries, keys, values, visible, head_size, scale, states + t, outs);
            t += 2;
        } else {
            attend(format, 1, queries, keys, values, visible, head_size, scale, states + t, outs);
            t += 1;
        }
    }
}

static void convert_rows(const uint8_t *bytes, size_t stride, size_t count, size_t head_size, float *out) {
    for (size_t p = 0; p < count; p++)
        tk_avx2_dequantize_row(TK_F16, bytes + p * stride, head_size, out + p * head_size);
}

void tk_avx2_attention(const tk_kv *kv, const float *q, size_t q_stride, size_t m, size_t first, float scale,
                       float *out, size_t out_stride, float *scratch) {
    size_t head_size = kv->head_size;
    if (head_size % 8 != 0 || (kv->format != TK_F16 && kv->format != TK_F32)) {
        tk_portable_attention(kv, q, q_stride, m, first, scale, out, out_stride, scratch);
        return;
    }
    float *converted_keys = scratch;
    float *converted_values = converted_keys + CHUNK * head_size;
    tk_softmax_state *states = (tk_softmax_state *)(converted_values + CHUNK * head_size);
    for (size_t t = 0; t < m; t++) {
        states[t] = (tk_softmax_state){.largest = -INFINITY, .sum = 0};
        memset(out + t * out_stride, 0, head_size * sizeof(float));
    }
    for (size_t start = 0; start < first + m; start += CHUNK) {
        size_t rest = first + m - start;
        size_t count = rest < CHUNK ? rest : CHUNK;
        rows keys = {(const uint8_t *)kv->keys + start * kv->key_stride, kv->key_stride};
        rows values = {(const uint8_t *)kv->values + start * kv->value_stride, kv->value_stride};
        bool as_floats = kv->format == TK_F32;
        if (!as_floats && m >= WORTH_CONVERTING) {
            convert_rows(keys.bytes, keys.stride, count, head_size, converted_keys);
            convert_rows(values.bytes, values.stride, count, head_size, converted_values);
            keys = (rows){(const uint8_t *)converted_keys, head_size * sizeof(float)};
            values = (rows){(const uint8_t *)converted_values, head_size * sizeof(float)};
            as_floats = true;
        }
        if (as_floats)
            attend_all(TK_F32, keys, values, start, count, q, q_stride, m, first, head_size, scale, states,
                       out, out_stride);
        else
            attend_all(TK_F16, keys, values, start, count, q, q_stride, m, first, head_size, scale, states,
                       out, out_stride);
    }
    for (size_t t = 0; t < m; t++)
        for (size_t i = 0; i < head_size; i += 8) {
            float *o = out + t * out_stride + i;
            _mm256_storeu_ps(o, _mm256_div_ps(_mm256_loadu_ps(o), _mm256_set1_ps(states[t].sum)));
        }
}

TK_END_AVX2
#endif
