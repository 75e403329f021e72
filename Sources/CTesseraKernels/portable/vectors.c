// The small vector operations between products.
#include <math.h>

#include "dot.h"
#include "exponential.h"
#include "portable.h"

void tk_portable_rms_norm(const float *x, const float *weight, size_t n, float epsilon, float *out) {
    float mean = n == 0 ? 0 : tk_dot(x, x, n) / (float)n;
    float factor = 1.0f / sqrtf(mean + epsilon);
    for (size_t i = 0; i < n; i++) out[i] = x[i] * factor * weight[i];
}

void tk_portable_add(const float *x, size_t n, float *y) {
    for (size_t i = 0; i < n; i++) y[i] += x[i];
}

void tk_portable_silu_mul(const float *gate, const float *up, size_t n, float *out) {
    for (size_t i = 0; i < n; i++) out[i] = gate[i] / (1.0f + tk_exp(-gate[i])) * up[i];
}

void tk_portable_rope(float *head, size_t head_size, const float *cos, const float *sin, bool interleaved) {
    size_t half = head_size / 2;
    size_t step = interleaved ? 2 : 1;
    size_t distance = interleaved ? 1 : half;
    for (size_t i = 0; i < half; i++) {
        float *pair = head + i * step;
        float a = pair[0], b = pair[distance];
        pair[0] = a * cos[i] - b * sin[i];
        pair[distance] = a * sin[i] + b * cos[i];
    }
}

float tk_portable_log_sum_exp(const float *x, size_t n) {
    float largest = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i])) return NAN;
        largest = x[i] > largest ? x[i] : largest;
    }
    if (isinf(largest)) return largest;  // nothing but -infinity (or no values), or some +infinity
    double sum = 0;
    float lanes[TK_LANES];
    for (size_t i = 0; i < n; i += TK_LANES) {
        size_t count = n - i < TK_LANES ? n - i : TK_LANES;
        for (size_t j = 0; j < count; j++) lanes[j] = tk_exp(x[i + j] - largest);
        for (size_t j = 0; j < count; j++) sum += (double)lanes[j];
    }
    return (float)((double)largest + log(sum));
}

size_t tk_portable_argmax(const float *x, size_t n) {
    size_t best = 0;
    while (best < n && isnan(x[best])) best++;
    if (best == n) return 0;
    for (size_t i = best + 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return best;
}
