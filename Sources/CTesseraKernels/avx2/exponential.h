// exp of eight floats: the steps of portable/exponential.h.
#ifndef TESSERA_AVX2_EXPONENTIAL_H
#define TESSERA_AVX2_EXPONENTIAL_H

#include "avx2.h"

#if defined(__x86_64__)
TK_BEGIN_AVX2

// exp(x) = 2^n * (1 + result), for x within the bounds of the callers or NaN.
TK_INLINE __m256 tk_exp8_parts(__m256 x, __m256i *n) {
    __m256 whole = _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(0x1.715476p0f)),
                                   _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m256 r = _mm256_fnmadd_ps(whole, _mm256_set1_ps(0x1.62e4p-1f), x);
    r = _mm256_fnmadd_ps(whole, _mm256_set1_ps(0x1.7f7d1cp-20f), r);
    // The polynomial in pairs of terms, a shorter chain of dependent steps than Horner's.
    __m256 r2 = _mm256_mul_ps(r, r);
    __m256 high = _mm256_fmadd_ps(r, _mm256_set1_ps(0x1.a01a02p-13f), _mm256_set1_ps(0x1.6c16c2p-10f));
    __m256 middle = _mm256_fmadd_ps(r, _mm256_set1_ps(0x1.111112p-7f), _mm256_set1_ps(0x1.555556p-5f));
    __m256 low = _mm256_fmadd_ps(r, _mm256_set1_ps(0x1.555556p-3f), _mm256_set1_ps(0.5f));
    *n = _mm256_cvtps_epi32(whole);
    return _mm256_fmadd_ps(r2, _mm256_fmadd_ps(r2, _mm256_fmadd_ps(r2, high, middle), low), r);
}

// 2^n for n in -126 ... 127; 0 for n = -127.
TK_INLINE __m256 tk_power8(__m256i n) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
}

TK_INLINE __m256 tk_smallest_exponent8(void) {
    return _mm256_set1_ps(-87.336540f);
}

// For x <= 0, as in a softmax; results below the smallest normal float are 0; NaN stays NaN.
TK_INLINE __m256 tk_exp8_nonpositive(__m256 x) {
    __m256i n;
    __m256 p = tk_exp8_parts(_mm256_max_ps(tk_smallest_exponent8(), x), &n);  // max(a, NaN) is NaN
    __m256 power = tk_power8(n);
    __m256 result = _mm256_fmadd_ps(power, p, power);
    return _mm256_andnot_ps(_mm256_cmp_ps(x, tk_smallest_exponent8(), _CMP_LT_OQ), result);
}

// For every x: also infinity where the result is larger than a float.
TK_INLINE __m256 tk_exp8(__m256 x) {
    __m256i n;
    __m256 bounded = _mm256_min_ps(_mm256_set1_ps(89.0f), _mm256_max_ps(tk_smallest_exponent8(), x));
    __m256 p = tk_exp8_parts(bounded, &n);
    // 2^n in two factors, since n = 128 alone is no float.
    __m256i half = _mm256_srai_epi32(n, 1);
    __m256 low = tk_power8(half), high = tk_power8(_mm256_sub_epi32(n, half));
    __m256 result = _mm256_mul_ps(_mm256_fmadd_ps(low, p, low), high);
    return _mm256_andnot_ps(_mm256_cmp_ps(x, tk_smallest_exponent8(), _CMP_LT_OQ), result);
}

TK_END_AVX2
#endif
#endif
