// Vector operations for the target's base instruction set.
#include "portable.h"

#define TK_NAME(name) tk_portable_##name
#include "../vectors_body.h"

#include <float.h>

#include "exponential.h"

// The limit 0 at -infinity, where the quotient of infinities would be NaN.
static inline float silu(float x) {
    return (x < -FLT_MAX ? -FLT_MAX : x) / (1.0f + tk_exp(-x));
}

void tk_portable_silu_mul(const float *gate, const float *up, size_t n, float *out) {
    // By way of a piece of its own, so that the compiler may vectorise although out may be gate.
    float piece[TK_LANES];
    size_t i = 0;
    for (; i + TK_LANES <= n; i += TK_LANES) {
        for (size_t j = 0; j < TK_LANES; j++) piece[j] = silu(gate[i + j]) * up[i + j];
        memcpy(out + i, piece, sizeof piece);
    }
    for (; i < n; i++) out[i] = silu(gate[i]) * up[i];
}

float tk_portable_log_sum_exp(const float *x, size_t n) {
    // Pieces short enough for float sums; their sums are added in double. A NaN goes through exp into the
    // sum.
    enum { PIECE = 64 * TK_LANES };
    float largest = largest_number(x, n);
    float shift = isinf(largest) ? 0 : largest;
    double sum = 0;
    for (size_t start = 0; start < n; start += PIECE) {
        size_t count = n - start < PIECE ? n - start : PIECE;
        float lanes[TK_LANES] = {0};
        size_t i = 0;
        for (; i + TK_LANES <= count; i += TK_LANES)
            for (size_t j = 0; j < TK_LANES; j++) lanes[j] += tk_exp(x[start + i + j] - shift);
        for (size_t j = 0; i + j < count; j++) lanes[j] += tk_exp(x[start + i + j] - shift);
        sum += (double)tk_fold(lanes);
    }
    return (float)((double)shift + log(sum));
}
