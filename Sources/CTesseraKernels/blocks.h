// Layout of the weight formats in memory (GGUF's), read without assuming any alignment.
#ifndef TESSERA_BLOCKS_H
#define TESSERA_BLOCKS_H

#include "half.h"
#include "include/tessera_kernels.h"

enum {
    TK_BLOCK = 32,         // weights that products take together, in every quantised format
    TK_SUPER_BLOCK = 256,  // weights in a block of the K formats
    TK_Q4_0_BYTES = 18,    // f16 d; byte j holds weight j in its low and weight j + 16 in its high nibble
    TK_Q4_1_BYTES = 20,    // f16 d, f16 m; nibbles as in Q4_0
    TK_Q5_0_BYTES = 22,    // f16 d; 32 bits, the fifth ones of the weights; nibbles as in Q4_0
    TK_Q5_1_BYTES = 24,    // f16 d, f16 m; then as in Q5_0
    TK_Q8_0_BYTES = 34,    // f16 d; 32 int8
    // f16 d, f16 dmin; 12 bytes of scales; then for every 64 weights 32 bytes, whose low nibbles are the
    // first 32 of them
    TK_Q4_K_BYTES = 144,
    // as Q4_K, with 32 bytes between scales and nibbles: bit b of byte j is the fifth of weight 32 b + j
    TK_Q5_K_BYTES = 176,
    // 128 bytes of nibbles: for every 128 weights 64 bytes, whose low nibbles are the first 64 of them; 64
    // bytes of upper pairs of bits: for every 128 weights 32 bytes, pair p of byte j for weight 32 p + j; 16
    // int8; f16 d
    TK_Q6_K_BYTES = 210
};

// The 6-bit numbers s (the scale) and t (of the minimum) of each 32 weights of a Q4_K or Q5_K block: bytes
// 0...3 hold s of the first four, bytes 4...7 their t; bytes 8...11 the low nibbles of the last four, s in
// the low half, whose upper pairs of bits are on top of bytes 0...3 and 4...7.
static inline void tk_unpack_k_scales(const uint8_t bytes[12], uint8_t s[8], uint8_t t[8]) {
    for (size_t i = 0; i < 4; i++) {
        s[i] = bytes[i] & 63;
        t[i] = bytes[4 + i] & 63;
        s[4 + i] = (uint8_t)((bytes[8 + i] & 15) | (bytes[i] >> 6) << 4);
        t[4 + i] = (uint8_t)(bytes[8 + i] >> 4 | (bytes[4 + i] >> 6) << 4);
    }
}

static inline uint16_t tk_load_u16(const uint8_t *bytes) {
    uint16_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline uint32_t tk_load_u32(const uint8_t *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline float tk_load_f32(const uint8_t *bytes) {
    float value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

// The first multiple of 64 at or after `scratch`; sizes of scratch areas include the slack.
enum { TK_ALIGNMENT = 64 };

static inline uint8_t *tk_aligned(void *scratch) {
    uintptr_t address = (uintptr_t)scratch;
    return (uint8_t *)scratch + (size_t)(-address & (TK_ALIGNMENT - 1));
}

#endif
