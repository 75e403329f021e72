// 32 weights of any quantised format as bytes with scales: what the portable kernels compute with.
#ifndef TESSERA_PORTABLE_UNPACK_H
#define TESSERA_PORTABLE_UNPACK_H

#include "../blocks.h"

// w[j] = d[j / 16] * q[j] + m. Only Q6_K has two different scales, and only its and Q8_0's m is zero.
typedef struct tk_block {
    float d[2];
    float m;
    int8_t q[TK_BLOCK];
} tk_block;

static inline void tk_split_nibbles(const uint8_t *nibbles, int8_t *q) {
    for (size_t j = 0; j < TK_BLOCK / 2; j++) {
        q[j] = (int8_t)(nibbles[j] & 15);
        q[j + TK_BLOCK / 2] = (int8_t)(nibbles[j] >> 4);
    }
}

static inline void tk_add_fifth_bits(uint32_t bits, int8_t *q) {
    for (size_t j = 0; j < TK_BLOCK; j++) q[j] = (int8_t)(q[j] | (int8_t)((bits >> j & 1) << 4));
}

// Part `b` of a Q4_K or Q5_K block.
static inline void tk_unpack_q45_k(bool fifth, const uint8_t *bytes, size_t b, tk_block *out) {
    uint8_t s[8], t[8];
    tk_unpack_k_scales(bytes + 4, s, t);
    out->d[0] = out->d[1] = tk_half_to_float(tk_load_u16(bytes)) * (float)s[b];
    out->m = -(tk_half_to_float(tk_load_u16(bytes + 2)) * (float)t[b]);
    const uint8_t *nibbles = bytes + (fifth ? 48 : 16) + b / 2 * TK_BLOCK;
    for (size_t j = 0; j < TK_BLOCK; j++) {
        unsigned q = nibbles[j] >> 4 * (b % 2) & 15;
        if (fifth) q |= (unsigned)(bytes[16 + j] >> b & 1) << 4;
        out->q[j] = (int8_t)q;
    }
}

// Part `b` of a Q6_K block.
static inline void tk_unpack_q6_k(const uint8_t *bytes, size_t b, tk_block *out) {
    const uint8_t *nibbles = bytes + 64 * (b / 4) + 32 * (b % 2), *pairs = bytes + 128 + 32 * (b / 4);
    float d = tk_half_to_float(tk_load_u16(bytes + 208));
    for (size_t half = 0; half < 2; half++) out->d[half] = d * (float)(int8_t)bytes[192 + 2 * b + half];
    out->m = 0;
    for (size_t j = 0; j < TK_BLOCK; j++)
        out->q[j] = (int8_t)((nibbles[j] >> 4 * (b % 4 / 2) & 15) | (pairs[j] >> 2 * (b % 4) & 3) << 4) - 32;
}

// Weights 32 b ... 32 b + 31 of a row.
static inline void tk_unpack(tk_format format, const uint8_t *row, size_t b, tk_block *out) {
    const uint8_t *bytes;
    switch (format) {
    case TK_Q4_K:
        tk_unpack_q45_k(false, row + b / 8 * TK_Q4_K_BYTES, b % 8, out);
        return;
    case TK_Q5_K:
        tk_unpack_q45_k(true, row + b / 8 * TK_Q5_K_BYTES, b % 8, out);
        return;
    case TK_Q6_K:
        tk_unpack_q6_k(row + b / 8 * TK_Q6_K_BYTES, b % 8, out);
        return;
    default:
        bytes = row + b * tk_row_bytes(format, TK_BLOCK);
        out->d[0] = out->d[1] = tk_half_to_float(tk_load_u16(bytes));
    }
    switch (format) {
    case TK_Q4_0:
        out->m = -8 * out->d[0];
        tk_split_nibbles(bytes + 2, out->q);
        break;
    case TK_Q4_1:
        out->m = tk_half_to_float(tk_load_u16(bytes + 2));
        tk_split_nibbles(bytes + 4, out->q);
        break;
    case TK_Q5_0:
        out->m = -16 * out->d[0];
        tk_split_nibbles(bytes + 6, out->q);
        tk_add_fifth_bits(tk_load_u32(bytes + 2), out->q);
        break;
    case TK_Q5_1:
        out->m = tk_half_to_float(tk_load_u16(bytes + 2));
        tk_split_nibbles(bytes + 8, out->q);
        tk_add_fifth_bits(tk_load_u32(bytes + 4), out->q);
        break;
    default:
        out->m = 0;
        memcpy(out->q, bytes + 2, TK_BLOCK);
    }
}

#endif
