// Floats to the storage formats. Blocks of 32 are rounded as GGUF's reference rounds them, bit for bit.
#include "quantize.h"

#include <math.h>

static uint16_t bfloat(float value) {
    uint32_t bits = tk_float_bits(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return (uint16_t)(bits >> 16 | 0x40u);  // NaN, made quiet
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

static float inverse(float d) {
    return d == 0 ? 0 : 1 / d;
}

static void quantize_q8_0(const float *x, uint8_t *bytes) {
    float largest = 0;
    for (size_t j = 0; j < TK_BLOCK; j++) largest = fabsf(x[j]) > largest ? fabsf(x[j]) : largest;
    float d = largest / 127, id = inverse(d);
    tk_store_half(d, bytes);
    for (size_t j = 0; j < TK_BLOCK; j++)
        bytes[2 + j] = (uint8_t)(int8_t)tk_clamp(roundf(x[j] * id), -128, 127);
}

// q with x about d * (q - 2^(bits - 1)), the value of the largest magnitude being the lowest q.
static float quantize_around_zero(unsigned bits, const float *x, uint8_t *q) {
    float largest = 0, extreme = 0;
    for (size_t j = 0; j < TK_BLOCK; j++)
        if (fabsf(x[j]) > largest) {
            largest = fabsf(x[j]);
            extreme = x[j];
        }
    float zero = (float)(1u << (bits - 1)), top = (float)((1u << bits) - 1);
    float d = extreme / -zero, id = inverse(d);
    for (size_t j = 0; j < TK_BLOCK; j++) q[j] = (uint8_t)tk_clamp(x[j] * id + (zero + 0.5f), 0, top);
    return d;
}

// q with x about d * q + m, from the smallest value to the largest.
static float quantize_from_least(unsigned bits, const float *x, uint8_t *q, float *m) {
    float least = x[0], most = x[0];
    for (size_t j = 1; j < TK_BLOCK; j++) {
        least = x[j] < least ? x[j] : least;
        most = x[j] > most ? x[j] : most;
    }
    float top = (float)((1u << bits) - 1);
    float d = (most - least) / top, id = inverse(d);
    for (size_t j = 0; j < TK_BLOCK; j++) q[j] = (uint8_t)tk_clamp((x[j] - least) * id + 0.5f, 0, top);
    *m = least;
    return d;
}

static void store_nibbles(const uint8_t *q, uint8_t *bytes) {
    for (size_t j = 0; j < TK_BLOCK / 2; j++)
        bytes[j] = (uint8_t)((q[j] & 15) | (q[j + TK_BLOCK / 2] & 15) << 4);
}

static void store_fifth_bits(const uint8_t *q, uint8_t *bytes) {
    uint32_t bits = 0;
    for (size_t j = 0; j < TK_BLOCK; j++) bits |= (uint32_t)(q[j] >> 4) << j;
    memcpy(bytes, &bits, sizeof bits);
}

static void quantize_block(tk_format format, const float *x, uint8_t *bytes) {
    uint8_t q[TK_BLOCK];
    float m = 0;
    switch (format) {
    case TK_Q4_0:
        tk_store_half(quantize_around_zero(4, x, q), bytes);
        store_nibbles(q, bytes + 2);
        break;
    case TK_Q4_1:
        tk_store_half(quantize_from_least(4, x, q, &m), bytes);
        tk_store_half(m, bytes + 2);
        store_nibbles(q, bytes + 4);
        break;
    case TK_Q5_0:
        tk_store_half(quantize_around_zero(5, x, q), bytes);
        store_fifth_bits(q, bytes + 2);
        store_nibbles(q, bytes + 6);
        break;
    case TK_Q5_1:
        tk_store_half(quantize_from_least(5, x, q, &m), bytes);
        tk_store_half(m, bytes + 2);
        store_fifth_bits(q, bytes + 4);
        store_nibbles(q, bytes + 8);
        break;
    case TK_Q8_0:
        quantize_q8_0(x, bytes);
        break;
    case TK_Q4_K:
    case TK_Q5_K:
        tk_quantize_q45_k(format == TK_Q5_K, x, bytes);
        break;
    case TK_Q6_K:
        tk_quantize_q6_k(x, bytes);
        break;
    case TK_F32:
        memcpy(bytes, x, sizeof *x);
        break;
    case TK_F16:
        tk_store_half(*x, bytes);
        break;
    case TK_BF16:
        tk_store_u16(bfloat(*x), bytes);
        break;
    }
}

void tk_quantize_weights(tk_format format, const float *x, size_t n, void *row) {
    size_t block = tk_block_size(format), bytes = tk_row_bytes(format, block);
    if (block == 0) return;
    for (size_t i = 0; i + block <= n; i += block)
        quantize_block(format, x + i, (uint8_t *)row + i / block * bytes);
}
