// Conversions between floats, IEEE halves and bfloat16, without hardware support.
#ifndef TESSERA_HALF_H
#define TESSERA_HALF_H

#include <stdint.h>
#include <string.h>

static inline uint32_t tk_float_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float tk_float_from_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// Exact. Multiplying by 2^112 moves the exponent bias from 15 to 127 and normalises subnormal halves.
static inline float tk_half_to_float(uint16_t half) {
    uint32_t magnitude = (uint32_t)(half & 0x7fffu) << 13;
    uint32_t bits = tk_float_bits(tk_float_from_bits(magnitude) * 0x1p112f);
    bits = magnitude >= 0x0f800000u ? (magnitude | 0x7f800000u) : bits;  // infinity and NaN
    return tk_float_from_bits(bits | (uint32_t)(half & 0x8000u) << 16);
}

// Rounds to nearest even; a NaN stays a (quiet) NaN with the upper bits of its payload.
static inline uint16_t tk_float_to_half(float value) {
    uint32_t bits = tk_float_bits(value);
    uint32_t sign = (bits >> 16) & 0x8000u;
    uint32_t magnitude = bits & 0x7fffffffu;
    // Subnormal halves: adding 0.5 leaves the half's 2^-24 steps in the last places of the sum, rounded by
    // the adder.
    uint32_t subnormal = tk_float_bits(tk_float_from_bits(magnitude) + 0.5f) - 0x3f000000u;
    uint32_t normal = (magnitude - 0x38000000u + 0xfffu + ((magnitude >> 13) & 1u)) >> 13;
    uint32_t special = magnitude > 0x7f800000u ? (0x7e00u | ((magnitude >> 13) & 0x3ffu)) : 0x7c00u;
    uint32_t half = magnitude < 0x38800000u ? subnormal : normal;
    half = magnitude >= 0x47800000u ? special : half;
    return (uint16_t)(half | sign);
}

static inline float tk_bfloat_to_float(uint16_t bfloat) {
    return tk_float_from_bits((uint32_t)bfloat << 16);
}

#endif
