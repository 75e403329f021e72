// Layout of the weight formats in memory (GGUF's), read without assuming any alignment.
#ifndef TESSERA_BLOCKS_H
#define TESSERA_BLOCKS_H

#include "half.h"
#include "include/tessera_kernels.h"

enum {
    TK_BLOCK = 32,       // weights in a block of every quantised format
    TK_Q4_0_BYTES = 18,  // f16 d; byte j holds weight j in its low and weight j + 16 in its high nibble
    TK_Q4_1_BYTES = 20,  // f16 d, f16 m; nibbles as in Q4_0
    TK_Q8_0_BYTES = 34   // f16 d; 32 int8
};

static inline uint16_t tk_load_u16(const uint8_t *bytes) {
    uint16_t value;
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
