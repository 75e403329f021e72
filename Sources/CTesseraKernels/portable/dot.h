// Dot products in a fixed order of additions: lane j sums elements j, j + 16, j + 32, ...; then the lanes are
// folded in halves.
#ifndef TESSERA_PORTABLE_DOT_H
#define TESSERA_PORTABLE_DOT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { TK_LANES = 16 };

// The lanes, in as many registers as the target needs for them.
typedef float tk_lanes __attribute__((vector_size(4 * TK_LANES)));

// lanes[t][j] += sum over i of row[16 i + j] * x[t][16 i + j] for `tokens` (a constant) of the arrays.
static inline __attribute__((always_inline)) void tk_dots_add(size_t tokens, float lanes[][TK_LANES],
                                                              const float *row, const float *const x[],
                                                              size_t n) {
    tk_lanes sums[2], w, v;
    memcpy(sums, lanes, tokens * sizeof w);
    size_t i = 0;
    for (; i + TK_LANES <= n; i += TK_LANES) {
        memcpy(&w, row + i, sizeof w);
        for (size_t t = 0; t < tokens; t++) {
            memcpy(&v, x[t] + i, sizeof v);
            sums[t] += w * v;
        }
    }
    memcpy(lanes, sums, tokens * sizeof w);
    for (size_t t = 0; t < tokens; t++)
        for (size_t j = 0; i + j < n; j++) lanes[t][j] += row[i + j] * x[t][i + j];
}

static inline float tk_fold(const float lanes[TK_LANES]) {
    float folded[TK_LANES];
    for (size_t j = 0; j < TK_LANES; j++) folded[j] = lanes[j];
    for (size_t half = TK_LANES / 2; half > 0; half /= 2)
        for (size_t j = 0; j < half; j++) folded[j] += folded[j + half];
    return folded[0];
}

static inline float tk_dot(const float *a, const float *b, size_t n) {
    float lanes[1][TK_LANES] = {{0}};
    tk_dots_add(1, lanes, a, &b, n);
    return tk_fold(lanes[0]);
}

// Exact: at most 32 products of at most 128 * 128 each.
static inline int32_t tk_dot_q8(const int8_t *a, const int8_t *b, size_t n) {
    int32_t sum = 0;
    for (size_t j = 0; j < n; j++) sum += (int32_t)a[j] * b[j];
    return sum;
}

#endif
