// Dot products in a fixed order of additions: lane j sums elements j, j + 16, j + 32, ...; then the lanes are
// folded in halves. The compiler turns the lanes into whatever vectors the target has.
#ifndef TESSERA_PORTABLE_DOT_H
#define TESSERA_PORTABLE_DOT_H

#include <stddef.h>
#include <stdint.h>

enum { TK_LANES = 16 };

// lanes[j] += sum over i of a[16 i + j] * b[16 i + j]
static inline void tk_dot_add(float lanes[TK_LANES], const float *a, const float *b, size_t n) {
    size_t i = 0;
    for (; i + TK_LANES <= n; i += TK_LANES)
        for (size_t j = 0; j < TK_LANES; j++) lanes[j] += a[i + j] * b[i + j];
    for (size_t j = 0; i + j < n; j++) lanes[j] += a[i + j] * b[i + j];
}

static inline float tk_fold(const float lanes[TK_LANES]) {
    float folded[TK_LANES];
    for (size_t j = 0; j < TK_LANES; j++) folded[j] = lanes[j];
    for (size_t half = TK_LANES / 2; half > 0; half /= 2)
        for (size_t j = 0; j < half; j++) folded[j] += folded[j + half];
    return folded[0];
}

static inline float tk_dot(const float *a, const float *b, size_t n) {
    float lanes[TK_LANES] = {0};
    tk_dot_add(lanes, a, b, n);
    return tk_fold(lanes);
}

// Exact: 32 products of at most 255 * 128 each.
static inline int32_t tk_dot_q8(const int8_t *a, const int8_t *b) {
    int32_t sum = 0;
    for (size_t j = 0; j < 32; j++) sum += (int32_t)a[j] * b[j];
    return sum;
}

#endif
