// Vector operations, compiled for AVX2 and FMA.
#include "avx2.h"

#if defined(__x86_64__)
#define TK_NAME(name) tk_avx2_##name

#include <float.h>
#include <math.h>

#include "../portable/portable.h"
#include "exponential.h"

TK_BEGIN_AVX2
#include "../vectors_body.h"

// The first `count` floats, followed by zeros.
TK_INLINE __m256 load_first(const float *x, size_t count) {
    float first[8] = {0};
    memcpy(first, x, count * sizeof(float));
    return _mm256_loadu_ps(first);
}

// As in the portable version: the limit 0 at -infinity.
TK_INLINE __m256 silu(__m256 x) {
    __m256 minus_x = _mm256_xor_ps(x, _mm256_set1_ps(-0.0f));
    __m256 finite = _mm256_max_ps(_mm256_set1_ps(-FLT_MAX), x);  // max(a, NaN) is NaN
    return _mm256_div_ps(finite, _mm256_add_ps(_mm256_set1_ps(1.0f), tk_exp8(minus_x)));
}

void tk_avx2_silu_mul(const float *gate, const float *up, size_t n, float *out) {
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(out + i, _mm256_mul_ps(silu(_mm256_loadu_ps(gate + i)), _mm256_loadu_ps(up + i)));
    if (i == n) return;
    float last[8];
    _mm256_storeu_ps(last, _mm256_mul_ps(silu(load_first(gate + i, n - i)), load_first(up + i, n - i)));
    memcpy(out + i, last, (n - i) * sizeof(float));
}

// The portable steps, eight at a time.
float tk_avx2_log_sum_exp(const float *x, size_t n) {
    enum { PIECE = 1024 };
    float largest = largest_number(x, n);
    if (isinf(largest)) return tk_portable_log_sum_exp(x, n);
    __m256 shift = _mm256_set1_ps(largest);
    double sum = 0;
    size_t i = 0;
    while (i + 8 <= n) {
        size_t end = n - i < PIECE ? n : i + PIECE;
        __m256 lanes = _mm256_setzero_ps();
        for (; i + 8 <= end; i += 8)
            lanes = _mm256_add_ps(lanes, tk_exp8_nonpositive(_mm256_sub_ps(_mm256_loadu_ps(x + i), shift)));
        sum += (double)tk_fold8(lanes);
    }
    float last[8];
    _mm256_storeu_ps(last, tk_exp8_nonpositive(_mm256_sub_ps(load_first(x + i, n - i), shift)));
    for (size_t j = 0; j < n - i; j++) sum += (double)last[j];
    return (float)((double)largest + log(sum));
}

TK_END_AVX2
#endif
