// Steps that the quantisers share.
#ifndef TESSERA_QUANTIZE_H
#define TESSERA_QUANTIZE_H

#include "blocks.h"

// Whether the compiler may fuse a multiplication and an addition must not change the bytes of a model.
#pragma STDC FP_CONTRACT OFF

static inline void tk_store_u16(uint16_t value, uint8_t *bytes) {
    memcpy(bytes, &value, sizeof value);
}

static inline void tk_store_half(float value, uint8_t *bytes) {
    tk_store_u16(tk_float_to_half(value), bytes);
}

// `value` within `low` and `high`; `low` for NaN.
static inline float tk_clamp(float value, float low, float high) {
    return value > low ? (value < high ? value : high) : low;
}

// The nearest whole number, the even one of two; |value| is below 2^22.
static inline float tk_nearest(float value) {
    return (value + 12582912.0f) - 12582912.0f;
}

// The blocks of 256 weights, from floats.
void tk_quantize_q45_k(bool fifth, const float *x, uint8_t *bytes);
void tk_quantize_q6_k(const float *x, uint8_t *bytes);

#endif
