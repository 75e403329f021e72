// Attention in chunks of positions, each with a softmax of its own, merged in order (the online softmax of
// Milakov and Gimelshein, 2018, in the blocked form of FlashAttention).
#include "../attention.h"

#include <math.h>

#include "dot.h"
#include "exponential.h"
#include "portable.h"

// One query against the positions `seen` of a converted chunk.
static void attend(const float *q, const float *keys, const float *values, tk_span seen, size_t head_size,
                   float scale, float *partial) {
    size_t stride = tk_padded(head_size);
    float scores[TK_CHUNK];
    float largest = -INFINITY;
    for (size_t p = seen.begin; p < seen.end; p++) {
        scores[p] = scale * tk_dot(q, keys + p * stride, head_size);
        largest = scores[p] > largest ? scores[p] : largest;
    }
    // Nothing but -infinity: subtract 0, so that the weights become 0 instead of NaN.
    float shift = largest == -INFINITY ? 0 : largest;
    for (size_t p = seen.begin; p < seen.end; p++) scores[p] = tk_exp(scores[p] - shift);
    float sum = 0;
    float *out = partial + 2;
    for (size_t i = 0; i < head_size; i++) out[i] = 0;
    for (size_t p = seen.begin; p < seen.end; p++) {
        sum += scores[p];
        for (size_t i = 0; i < head_size; i++) out[i] += scores[p] * values[p * stride + i];
    }
    partial[0] = largest;
    partial[1] = sum;
}

// One function for all callers, so that the compiler makes the same sums of it.
static __attribute__((noinline)) void merge(tk_partial *so_far, float *out, const float *partial,
                                            size_t head_size) {
    float largest = partial[0] > so_far->largest ? partial[0] : so_far->largest;
    float shift = largest == -INFINITY ? 0 : largest;
    float kept = tk_exp(so_far->largest - shift), added = tk_exp(partial[0] - shift);
    so_far->sum = so_far->sum * kept + partial[1] * added;
    so_far->largest = largest;
    for (size_t i = 0; i < head_size; i++) out[i] = out[i] * kept + partial[2 + i] * added;
}

static void begin(tk_partial *so_far, float *out, size_t head_size) {
    *so_far = (tk_partial){.largest = -INFINITY, .sum = 0};
    for (size_t i = 0; i < head_size; i++) out[i] = 0;
}

static void finish(const tk_partial *so_far, float *out, size_t head_size) {
    for (size_t i = 0; i < head_size; i++) out[i] /= so_far->sum;
}

static void convert(const tk_kv *kv, const tk_query *query, size_t chunk, tk_span seen,
                    tk_attention_scratch scratch) {
    size_t stride = tk_padded(kv->head_size);
    size_t n = kv->format == TK_Q8_0 ? stride : kv->head_size;
    for (size_t p = seen.begin; p < seen.end; p++) {
        const uint8_t *key = tk_key(kv, query, chunk, p);
        tk_portable_dequantize_row(kv->format, key, n, scratch.keys + p * stride);
        tk_portable_dequantize_row(kv->format, key + kv->value_offset, n, scratch.values + p * stride);
    }
}

// Converts what the query sees of a chunk, unless it is there already, and reduces it to `partial`.
static void reduce(const tk_kv *kv, const tk_query *query, size_t chunk, float scale, tk_span seen,
                   const tk_query **converted, tk_attention_scratch scratch, float *partial) {
    const tk_query *last = *converted;
    bool branched = tk_is_branched(query, chunk);
    tk_span there = last == NULL ? (tk_span){0, 0} : tk_seen(last, chunk);
    bool same_rows = last != NULL && tk_is_branched(last, chunk) == branched &&
                     (!branched || (last->tail == query->tail && last->tail_from == query->tail_from));
    if (!same_rows || there.begin > seen.begin || there.end < seen.end) {
        convert(kv, query, chunk, seen, scratch);
        *converted = query;
    }
    attend(query->q, scratch.keys, scratch.values, seen, kv->head_size, scale, partial);
}

void tk_portable_attention(const tk_kv *kv, const tk_query *queries, size_t m, float scale, float *memory) {
    size_t head_size = kv->head_size;
    tk_attention_scratch scratch = tk_lay_out(memory, head_size);
    for (size_t t = 0; t < m; t++) begin(scratch.sums + t, queries[t].out, head_size);
    tk_span chunks = tk_chunks(queries, m);
    for (size_t chunk = chunks.begin; chunk < chunks.end; chunk++) {
        const tk_query *converted = NULL;
        for (size_t t = m; t-- > 0;) {  // the last query sees most
            tk_span seen = tk_seen(queries + t, chunk);
            if (seen.begin >= seen.end) continue;
            reduce(kv, queries + t, chunk, scale, seen, &converted, scratch, scratch.partials);
            merge(scratch.sums + t, queries[t].out, scratch.partials, head_size);
        }
    }
    for (size_t t = 0; t < m; t++) finish(scratch.sums + t, queries[t].out, head_size);
}

void tk_portable_attention_partials(const tk_kv *kv, const tk_query *queries, size_t m, float scale,
                                    size_t chunk0, size_t chunk1, float *partials, size_t partials_stride,
                                    float *memory) {
    tk_attention_scratch scratch = tk_lay_out(memory, kv->head_size);
    for (size_t chunk = chunk0; chunk < chunk1; chunk++) {
        const tk_query *converted = NULL;
        for (size_t t = m; t-- > 0;) {
            tk_span seen = tk_seen(queries + t, chunk);
            if (seen.begin >= seen.end) continue;
            float *partial =
                partials + t * partials_stride + chunk * tk_attention_partial_floats(kv->head_size);
            reduce(kv, queries + t, chunk, scale, seen, &converted, scratch, partial);
        }
    }
}

void tk_portable_attention_merge(const float *partials, size_t chunk0, size_t chunk1, size_t head_size,
                                 float *out) {
    tk_partial so_far;
    begin(&so_far, out, head_size);
    for (size_t chunk = chunk0; chunk < chunk1; chunk++)
        merge(&so_far, out, partials + chunk * tk_attention_partial_floats(head_size), head_size);
    finish(&so_far, out, head_size);
}
