// The small vector operations between products, in C that compilers vectorise. Each instruction set's
// `vectors.c` includes this once, with `TK_NAME` giving the functions their prefix and its target attribute
// in force. What needs exponentials is in those files.
#include <math.h>

#include "portable/dot.h"

void TK_NAME(rms_norm)(const float *x, const float *weight, size_t n, float epsilon, float *out) {
    float mean = n == 0 ? 0 : tk_dot(x, x, n) / (float)n;
    float factor = 1.0f / sqrtf(mean + epsilon);
    for (size_t i = 0; i < n; i++) out[i] = x[i] * factor * weight[i];
}

void TK_NAME(add)(const float *x, size_t n, float *y) {
    for (size_t i = 0; i < n; i++) y[i] += x[i];
}

static void rotate_halves(float *restrict low, float *restrict high, size_t half, const float *restrict cos,
                          const float *restrict sin) {
    for (size_t i = 0; i < half; i++) {
        float a = low[i], b = high[i];
        low[i] = a * cos[i] - b * sin[i];
        high[i] = a * sin[i] + b * cos[i];
    }
}

static void rotate_neighbours(float *restrict head, size_t half, const float *restrict cos,
                              const float *restrict sin) {
    for (size_t i = 0; i < half; i++) {
        float a = head[2 * i], b = head[2 * i + 1];
        head[2 * i] = a * cos[i] - b * sin[i];
        head[2 * i + 1] = a * sin[i] + b * cos[i];
    }
}

void TK_NAME(rope)(float *head, size_t head_size, const float *cos, const float *sin, bool interleaved) {
    size_t half = head_size / 2;
    if (interleaved)
        rotate_neighbours(head, half, cos, sin);
    else
        rotate_halves(head, head + half, half, cos, sin);
}

// The largest value that is a number; -infinity when there is none.
static float largest_number(const float *x, size_t n) {
    float lanes[TK_LANES];
    for (size_t j = 0; j < TK_LANES; j++) lanes[j] = -INFINITY;
    size_t i = 0;
    for (; i + TK_LANES <= n; i += TK_LANES)
        for (size_t j = 0; j < TK_LANES; j++) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
    for (size_t j = 0; i + j < n; j++) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
    float largest = lanes[0];
    for (size_t j = 1; j < TK_LANES; j++) largest = lanes[j] > largest ? lanes[j] : largest;
    return largest;
}

size_t TK_NAME(argmax)(const float *x, size_t n) {
    enum { PIECE = 4 * TK_LANES };
    float largest = largest_number(x, n);
    size_t i = 0;
    for (; i + PIECE <= n; i += PIECE) {
        unsigned found = 0;
        for (size_t j = 0; j < PIECE; j++) found |= x[i + j] == largest;
        if (found) break;
    }
    for (; i < n; i++)
        if (x[i] == largest) return i;
    return 0;
}
