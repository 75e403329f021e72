// exp of eight floats: the steps of portable/exponential.h.
#ifndef TESSERA_AVX2_EXPONENTIAL_H
#define TESSERA_AVX2_EXPONENTIAL_H

#include "avx2.h"

#if defined(__x86_64__)
TK_BEGIN_AVX2

// For x <= 0, as in a softmax; results below the smallest normal float are 0; NaN stays NaN.
TK_INLINE __m256 tk_exp8_nonpositive(__m256 x) {
    __m256 smallest = _mm256_set1_ps(-87.336540f);
    __m256 bounded = _mm256_max_ps(smallest, x);  // the second operand when one is NaN
    __m256 n = _mm256_round_ps(_mm256_mul_ps(bounded, _mm256_set1_ps(0x1.715476p0f)),
                               _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(0x1.62e4p-1f), bounded);
    r = _mm256_fnmadd_ps(n, _mm256_set1_ps(0x1.7f7d1cp-20f), r);
    __m256 p = _mm256_set1_ps(0x1.a01a02p-13f);
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0x1.6c16c2p-10f));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0x1.111112p-7f));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0x1.555556p-5f));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0x1.555556p-3f));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0.5f));
    p = _mm256_fmadd_ps(_mm256_mul_ps(r, r), p, r);
    __m256i exponent = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    __m256 power = _mm256_castsi256_ps(exponent);
    __m256 result = _mm256_fmadd_ps(power, p, power);
    return _mm256_andnot_ps(_mm256_cmp_ps(x, smallest, _CMP_LT_OQ), result);
}

TK_END_AVX2
#endif
#endif
