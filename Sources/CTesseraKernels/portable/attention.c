// Causal attention in chunks of positions with a running maximum (the online softmax of Milakov and
// Gimelshein, 2018, in the blocked form of FlashAttention).
#include <math.h>

#include "../attention.h"
#include "dot.h"
#include "exponential.h"
#include "portable.h"

// One query against the converted chunk of `count` positions.
static void attend(const float *q, const float *keys, const float *values, size_t count, size_t head_size,
                   float scale, tk_softmax_state *state, float *out) {
    float scores[TK_ATTENTION_CHUNK];
    float largest = state->largest;
    for (size_t p = 0; p < count; p++) {
        scores[p] = scale * tk_dot(q, keys + p * head_size, head_size);
        largest = scores[p] > largest ? scores[p] : largest;
    }
    // All scores at -infinity so far: subtract 0, so that their weights become 0 instead of NaN.
    float shift = largest == -INFINITY ? 0 : largest;
    float kept = tk_exp(state->largest - shift);
    float sum = state->sum * kept;
    for (size_t i = 0; i < head_size; i++) out[i] *= kept;
    for (size_t p = 0; p < count; p++) scores[p] = tk_exp(scores[p] - shift);
    for (size_t p = 0; p < count; p++) {
        sum += scores[p];
        for (size_t i = 0; i < head_size; i++) out[i] += scores[p] * values[p * head_size + i];
    }
    state->largest = largest;
    state->sum = sum;
}

void tk_portable_attention(const tk_kv *kv, const float *q, size_t q_stride, size_t m, size_t first,
                           float scale, float *out, size_t out_stride, float *scratch) {
    size_t head_size = kv->head_size;
    float *keys = scratch;
    float *values = keys + TK_ATTENTION_CHUNK * head_size;
    tk_softmax_state *states = (tk_softmax_state *)(values + TK_ATTENTION_CHUNK * head_size);
    for (size_t t = 0; t < m; t++) {
        states[t] = (tk_softmax_state){.largest = -INFINITY, .sum = 0};
        for (size_t i = 0; i < head_size; i++) out[t * out_stride + i] = 0;
    }
    for (size_t start = 0; start < first + m; start += TK_ATTENTION_CHUNK) {
        size_t rest = first + m - start;
        size_t count = rest < TK_ATTENTION_CHUNK ? rest : TK_ATTENTION_CHUNK;
        for (size_t p = 0; p < count; p++) {
            const uint8_t *key = (const uint8_t *)kv->keys + (start + p) * kv->key_stride;
            const uint8_t *value = (const uint8_t *)kv->values + (start + p) * kv->value_stride;
            tk_portable_dequantize_row(kv->format, key, head_size, keys + p * head_size);
            tk_portable_dequantize_row(kv->format, value, head_size, values + p * head_size);
        }
        for (size_t t = start > first ? start - first : 0; t < m; t++) {
            size_t visible = first + t + 1 - start;
            attend(q + t * q_stride, keys, values, visible < count ? visible : count, head_size, scale,
                   states + t, out + t * out_stride);
        }
    }
    for (size_t t = 0; t < m; t++)
        for (size_t i = 0; i < head_size; i++) out[t * out_stride + i] /= states[t].sum;
}
