// Attention, AVX2 with FMA: the steps of portable/attention.c over tiles of two queries.
//
// Each result is reduced in one fixed order, whichever tile it is part of. Many queries share a chunk of the
// cache converted to floats; few convert as they go.
#include "avx2.h"

#if defined(__x86_64__)
#include <math.h>

#include "../portable/portable.h"
#include "attend.h"
#include "exponential.h"

TK_BEGIN_AVX2

enum {
    QUERIES = 2,
    KEYS = 4,
    VECTORS = 4,           // of values, in a tile of the weighted sum
    WORTH_CONVERTING = 4,  // queries
};

// The rows of a chunk, in a format of the cache or as converted floats.
typedef struct rows {
    const uint8_t *keys[TK_CHUNK];
    size_t value_offset;
    tk_format format;
} rows;

// scores[t][p] = scale * q[t] . keys[p] for the positions of `seen`; what follows them may be overwritten.
TK_INLINE void score(tk_format format, size_t queries, const float *const q[QUERIES], const rows *rows,
                     tk_span seen, size_t head_size, __m256 scale, float scores[QUERIES][TK_CHUNK + KEYS]) {
    for (size_t p = seen.begin; p < seen.end; p += KEYS) {
        const uint8_t *key[KEYS];
        for (size_t k = 0; k < KEYS; k++) key[k] = rows->keys[p + k < seen.end ? p + k : seen.end - 1];
        __m256 sums[QUERIES][KEYS];
        for (size_t t = 0; t < queries; t++)
            for (size_t k = 0; k < KEYS; k++) sums[t][k] = _mm256_setzero_ps();
        for (size_t i = 0; i < head_size; i += 8) {
            __m256 v[QUERIES];
            for (size_t t = 0; t < queries; t++) v[t] = _mm256_loadu_ps(q[t] + i);
            for (size_t k = 0; k < KEYS; k++) {
                __m256 w = tk_load_row8(format, key[k], i);
                for (size_t t = 0; t < queries; t++) sums[t][k] = _mm256_fmadd_ps(v[t], w, sums[t][k]);
            }
        }
        __m256 folded = _mm256_mul_ps(scale, tk_fold_4x2(sums[0], sums[queries - 1]));
        _mm_storeu_ps(scores[0] + p, _mm256_castps256_ps128(folded));
        if (queries > 1) _mm_storeu_ps(scores[1] + p, _mm256_extractf128_ps(folded, 1));
    }
}

// Turns the scores of `seen` into weights exp(score - largest), the other places of their vectors into 0.
TK_INLINE tk_partial weigh(float *scores, tk_span seen) {
    size_t begin = seen.begin / 8 * 8, end = (seen.end + 7) / 8 * 8;
    for (size_t p = begin; p < seen.begin; p++) scores[p] = -INFINITY;
    for (size_t p = seen.end; p < end; p++) scores[p] = -INFINITY;
    __m256 most = _mm256_set1_ps(-INFINITY);
    for (size_t p = begin; p < end; p += 8) most = _mm256_max_ps(_mm256_loadu_ps(scores + p), most);
    float largest = tk_largest_lane(most);
    __m256 shift = _mm256_set1_ps(largest == -INFINITY ? 0 : largest);  // weights 0, not NaN
    __m256 sum = _mm256_setzero_ps();
    for (size_t p = begin; p < end; p += 8) {
        __m256 weight = tk_exp8_nonpositive(_mm256_sub_ps(_mm256_loadu_ps(scores + p), shift));
        _mm256_storeu_ps(scores + p, weight);
        sum = _mm256_add_ps(sum, weight);
    }
    return (tk_partial){.largest = largest, .sum = tk_fold8(sum)};
}

// sums[t] += weights[t][p] * values[p] for the positions of `seen` and queries t0 ..< t1.
TK_INLINE void add_range(tk_format format, size_t t0, size_t t1, size_t vectors,
                         float weights[QUERIES][TK_CHUNK + KEYS], const rows *rows, tk_span seen, size_t i,
                         __m256 sums[QUERIES][VECTORS]) {
    for (size_t p = seen.begin; p < seen.end; p++)
        for (size_t v = 0; v < vectors; v++) {
            __m256 value = tk_load_row8(format, rows->keys[p] + rows->value_offset, i + 8 * v);
            for (size_t t = t0; t < t1; t++)
                sums[t][v] = _mm256_fmadd_ps(_mm256_set1_ps(weights[t][p]), value, sums[t][v]);
        }
}

// out[t] = sum over the positions that t sees of weights[t][p] * values[p], for `vectors` vectors from element
// i on. A position that only one query sees must not touch the other's sum, be its weight 0 or not: the value
// may be infinite.
TK_INLINE void add_values(tk_format format, size_t queries, size_t vectors,
                          float weights[QUERIES][TK_CHUNK + KEYS], const rows *rows,
                          const tk_span seen[QUERIES], tk_span both, size_t i, float *const out[QUERIES]) {
    __m256 sums[QUERIES][VECTORS];
    for (size_t t = 0; t < queries; t++)
        for (size_t v = 0; v < vectors; v++) sums[t][v] = _mm256_setzero_ps();
    for (size_t t = 0; t < queries; t++)
        add_range(format, t, t + 1, vectors, weights, rows, (tk_span){seen[t].begin, both.begin}, i, sums);
    add_range(format, 0, queries, vectors, weights, rows, both, i, sums);
    for (size_t t = 0; t < queries; t++)
        add_range(format, t, t + 1, vectors, weights, rows, (tk_span){both.end, seen[t].end}, i, sums);
    for (size_t t = 0; t < queries; t++)
        for (size_t v = 0; v < vectors; v++) _mm256_storeu_ps(out[t] + i + 8 * v, sums[t][v]);
}

// One or two queries against a chunk of which they see positions in common.
TK_INLINE void attend(tk_format format, size_t queries, const tk_query *query, const rows *rows,
                      const tk_span seen[QUERIES], size_t head_size, float scale,
                      float *const partials[QUERIES]) {
    float weights[QUERIES][TK_CHUNK + KEYS];
    size_t last = queries - 1;
    const float *q[QUERIES] = {query[0].q, query[last].q};
    float *out[QUERIES] = {partials[0] + 2, partials[last] + 2};
    tk_span both = tk_both(seen);
    score(format, queries, q, rows, tk_any(seen), head_size, _mm256_set1_ps(scale), weights);
    for (size_t t = 0; t < queries; t++) {
        tk_partial partial = weigh(weights[t], seen[t]);
        partials[t][0] = partial.largest;
        partials[t][1] = partial.sum;
    }
    size_t i = 0;
    for (; i + 8 * VECTORS <= head_size; i += 8 * VECTORS)
        add_values(format, queries, VECTORS, weights, rows, seen, both, i, out);
    for (; i < head_size; i += 8) add_values(format, queries, 1, weights, rows, seen, both, i, out);
}

static void attend_as(const tk_query *query, size_t queries, const rows *rows, const tk_span seen[QUERIES],
                      size_t head_size, float scale, float *const partials[QUERIES]) {
    if (rows->format == TK_F16) {
        if (queries > 1)
            attend(TK_F16, 2, query, rows, seen, head_size, scale, partials);
        else
            attend(TK_F16, 1, query, rows, seen, head_size, scale, partials);
    } else if (rows->format == TK_F32) {
        if (queries > 1)
            attend(TK_F32, 2, query, rows, seen, head_size, scale, partials);
        else
            attend(TK_F32, 1, query, rows, seen, head_size, scale, partials);
    } else {
        if (queries > 1)
            attend(TK_Q8_0, 2, query, rows, seen, head_size, scale, partials);
        else
            attend(TK_Q8_0, 1, query, rows, seen, head_size, scale, partials);
    }
}

// The rows of a chunk as they lie in the cache.
static void find_rows(const tk_kv *kv, const tk_query *query, size_t chunk, tk_span seen, rows *rows) {
    rows->format = kv->format;
    rows->value_offset = kv->value_offset;
    if (tk_is_branched(query, chunk)) {
        for (size_t p = seen.begin; p < seen.end; p++) rows->keys[p] = tk_key(kv, query, chunk, p);
    } else {
        const uint8_t *first = kv->pages[chunk] + kv->offset;
        for (size_t p = seen.begin; p < seen.end; p++) rows->keys[p] = first + p * kv->stride;
    }
}

static void convert_row(tk_format format, const uint8_t *row, size_t head_size, float *out) {
    if (format == TK_F16)
        for (size_t i = 0; i < head_size; i += 8) _mm256_storeu_ps(out + i, tk_load_row8(TK_F16, row, i));
    else
        for (size_t i = 0; i < head_size; i += 8) _mm256_storeu_ps(out + i, tk_load_row8(TK_Q8_0, row, i));
}

static void convert(rows *rows, tk_span seen, size_t head_size, tk_attention_scratch scratch) {
    size_t stride = tk_padded(head_size);
    for (size_t p = seen.begin; p < seen.end; p++) {
        convert_row(rows->format, rows->keys[p], head_size, scratch.keys + p * stride);
        convert_row(rows->format, rows->keys[p] + rows->value_offset, head_size, scratch.values + p * stride);
        rows->keys[p] = (const uint8_t *)(scratch.keys + p * stride);
    }
    rows->value_offset = TK_CHUNK * stride * sizeof(float);
    rows->format = TK_F32;
}

// out = kept * out + added * values, the sum likewise.
void tk_avx2_attention_add(tk_partial *so_far, float *out, const float *partial, size_t head_size) {
    float largest = partial[0] > so_far->largest ? partial[0] : so_far->largest;
    float shift = largest == -INFINITY ? 0 : largest;
    __m256 kept = tk_exp8_nonpositive(_mm256_set1_ps(so_far->largest - shift));
    __m256 added = tk_exp8_nonpositive(_mm256_set1_ps(partial[0] - shift));
    so_far->largest = largest;
    so_far->sum = so_far->sum * _mm256_cvtss_f32(kept) + partial[1] * _mm256_cvtss_f32(added);
    for (size_t i = 0; i < head_size; i += 8) {
        __m256 before = _mm256_mul_ps(kept, _mm256_loadu_ps(out + i));
        _mm256_storeu_ps(out + i, _mm256_fmadd_ps(added, _mm256_loadu_ps(partial + 2 + i), before));
    }
}

void tk_avx2_attention_begin(tk_partial *so_far, float *out, size_t head_size) {
    *so_far = (tk_partial){.largest = -INFINITY, .sum = 0};
    memset(out, 0, head_size * sizeof(float));
}

void tk_avx2_attention_finish(const tk_partial *so_far, float *out, size_t head_size) {
    __m256 sum = _mm256_set1_ps(so_far->sum);
    for (size_t i = 0; i < head_size; i += 8)
        _mm256_storeu_ps(out + i, _mm256_div_ps(_mm256_loadu_ps(out + i), sum));
}

static void attend_pair(const tk_query *queries, size_t t, size_t count, const rows *rows, size_t chunk,
                        size_t head_size, float scale, const tk_attention_sink *sink) {
    size_t floats = tk_attention_partial_floats(head_size);
    tk_span seen[QUERIES] = {tk_seen(queries + t, chunk), tk_seen(queries + t + count - 1, chunk)};
    float *partials[QUERIES];
    for (size_t k = 0; k < QUERIES; k++) {
        size_t at = t + (k < count ? k : 0);
        partials[k] = sink->partials != NULL ? sink->partials + at * sink->stride + chunk * floats
                                             : sink->scratch.partials + k * floats;
    }
    attend_as(queries + t, count, rows, seen, head_size, scale, partials);
    if (sink->partials != NULL) return;
    for (size_t k = 0; k < count; k++)
        tk_avx2_attention_add(sink->scratch.sums + t + k, queries[t + k].out, partials[k], head_size);
}

// Whether two queries can share a tile: they read the same slots, and see some of them in common.
static bool can_pair(const tk_query *a, const tk_query *b, size_t chunk) {
    tk_span first = tk_seen(a, chunk), second = tk_seen(b, chunk);
    if (first.begin >= second.end || second.begin >= first.end) return false;
    bool branched = tk_is_branched(a, chunk);
    if (branched != tk_is_branched(b, chunk)) return false;
    return !branched || (a->tail == b->tail && a->tail_from == b->tail_from && a->end == b->end);
}

static void attend_chunk(const tk_kv *kv, const tk_query *queries, size_t m, size_t chunk, float scale,
                         const tk_attention_sink *sink) {
    rows line, branch;
    tk_span shared = {TK_CHUNK, 0};  // what queries without a branch here see
    size_t sharing = 0, first = 0;
    for (size_t t = 0; t < m; t++) {
        tk_span seen = tk_seen(queries + t, chunk);
        if (seen.begin >= seen.end || tk_is_branched(queries + t, chunk)) continue;
        if (sharing++ == 0) first = t;
        shared.begin = seen.begin < shared.begin ? seen.begin : shared.begin;
        shared.end = seen.end > shared.end ? seen.end : shared.end;
    }
    if (sharing > 0) find_rows(kv, queries + first, chunk, shared, &line);
    if (sharing >= WORTH_CONVERTING && kv->format != TK_F32)
        convert(&line, shared, kv->head_size, sink->scratch);

    for (size_t t = 0; t < m;) {
        tk_span seen = tk_seen(queries + t, chunk);
        if (seen.begin >= seen.end) {
            t++;
            continue;
        }
        const rows *rows = &line;
        if (tk_is_branched(queries + t, chunk)) {
            find_rows(kv, queries + t, chunk, seen, &branch);
            rows = &branch;
        }
        size_t count = t + 1 < m && can_pair(queries + t, queries + t + 1, chunk) ? 2 : 1;
        attend_pair(queries, t, count, rows, chunk, kv->head_size, scale, sink);
        t += count;
    }
}

bool tk_avx2_attention_has_kernel(size_t head_size) {
    return head_size % 8 == 0;
}

void tk_avx2_attention_by(tk_attend_chunk *attend, const tk_kv *kv, const tk_query *queries, size_t m,
                          float scale, float *scratch) {
    size_t head_size = kv->head_size;
    if (!tk_avx2_attention_has_kernel(head_size)) {
        tk_portable_attention(kv, queries, m, scale, scratch);
        return;
    }
    tk_attention_sink sink = {NULL, 0, tk_lay_out(scratch, head_size)};
    tk_partial *sums = sink.scratch.sums;
    for (size_t t = 0; t < m; t++) tk_avx2_attention_begin(sums + t, queries[t].out, head_size);
    tk_span chunks = tk_chunks(queries, m);
    for (size_t chunk = chunks.begin; chunk < chunks.end; chunk++)
        attend(kv, queries, m, chunk, scale, &sink);
    for (size_t t = 0; t < m; t++) tk_avx2_attention_finish(sums + t, queries[t].out, head_size);
}

void tk_avx2_attention_partials_by(tk_attend_chunk *attend, const tk_kv *kv, const tk_query *queries,
                                   size_t m, float scale, size_t chunk0, size_t chunk1, float *partials,
                                   size_t partials_stride, float *scratch) {
    if (!tk_avx2_attention_has_kernel(kv->head_size)) {
        tk_portable_attention_partials(kv, queries, m, scale, chunk0, chunk1, partials, partials_stride,
                                       scratch);
        return;
    }
    tk_attention_sink sink = {partials, partials_stride, tk_lay_out(scratch, kv->head_size)};
    for (size_t chunk = chunk0; chunk < chunk1; chunk++) attend(kv, queries, m, chunk, scale, &sink);
}

void tk_avx2_attention(const tk_kv *kv, const tk_query *queries, size_t m, float scale, float *scratch) {
    tk_avx2_attention_by(attend_chunk, kv, queries, m, scale, scratch);
}

void tk_avx2_attention_partials(const tk_kv *kv, const tk_query *queries, size_t m, float scale,
                                size_t chunk0, size_t chunk1, float *partials, size_t partials_stride,
                                float *scratch) {
    tk_avx2_attention_partials_by(attend_chunk, kv, queries, m, scale, chunk0, chunk1, partials,
                                  partials_stride, scratch);
}

void tk_avx2_attention_merge(const float *partials, size_t chunk0, size_t chunk1, size_t head_size,
                             float *out) {
    if (!tk_avx2_attention_has_kernel(head_size)) {
        tk_portable_attention_merge(partials, chunk0, chunk1, head_size, out);
        return;
    }
    size_t floats = tk_attention_partial_floats(head_size);
    tk_partial so_far;
    tk_avx2_attention_begin(&so_far, out, head_size);
    for (size_t chunk = chunk0; chunk < chunk1; chunk++)
        tk_avx2_attention_add(&so_far, out, partials + chunk * floats, head_size);
    tk_avx2_attention_finish(&so_far, out, head_size);
}

TK_END_AVX2
#endif
