// exp in plain float arithmetic that the compiler can vectorise: relative error below 2e-7.
#ifndef TESSERA_PORTABLE_EXPONENTIAL_H
#define TESSERA_PORTABLE_EXPONENTIAL_H

#include "../half.h"

// exp(x) = 2^n * exp(r), |r| <= ln(2) / 2, exp(r) by its series to r^7. Results below the smallest normal
// float are 0.
static inline float tk_exp(float x) {
    float bounded = x < -88.0f ? -88.0f : x;
    bounded = bounded > 89.0f ? 89.0f : bounded;
    float shifted =
        bounded * 0x1.715476p0f + 12582912.0f;  // 1.5 * 2^23: rounds to an integer in the low bits
    float n = shifted - 12582912.0f;
    float r =
        (bounded - n * 0x1.62e4p-1f) - n * 0x1.7f7d1cp-20f;  // ln 2 in two parts, the first one exact times n
    float p = 0x1.a01a02p-13f;                               // 1/5040
    p = p * r + 0x1.6c16c2p-10f;                             // 1/720
    p = p * r + 0x1.111112p-7f;                              // 1/120
    p = p * r + 0x1.555556p-5f;                              // 1/24
    p = p * r + 0x1.555556p-3f;                              // 1/6
    p = p * r + 0.5f;
    p = r + r * r * p;
    // 2^n in two factors, since n = 128 alone is no float.
    uint32_t exponent = tk_float_bits(shifted) - 0x4b400000u + 128u;  // n + 128, in 0 ... 256
    uint32_t half = exponent >> 1;
    float low = tk_float_from_bits((half + 63u) << 23);
    float high = tk_float_from_bits((exponent - half + 63u) << 23);
    float result = (low + low * p) * high;
    return x < -87.336540f ? 0.0f : result;
}

#endif
