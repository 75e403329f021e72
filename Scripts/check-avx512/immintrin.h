// Found before the compiler's header of this name: AVX-512 intrinsics become SIMDe's emulations of them.
#ifndef TESSERA_EMULATED_IMMINTRIN_H
#define TESSERA_EMULATED_IMMINTRIN_H

#include_next <immintrin.h>

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

// SIMDe 0.7.4 lacks these.
static inline simde__m512 emulated_cvtepi32_ps(simde__m512i integers) {
    int32_t from[16];
    float to[16];
    simde_mm512_storeu_si512(from, integers);
    for (int i = 0; i < 16; i++) to[i] = (float)from[i];
    return simde_mm512_loadu_ps(to);
}
#undef _mm512_cvtepi32_ps
#define _mm512_cvtepi32_ps emulated_cvtepi32_ps

static inline __m256i emulated_cvtepi32_epi16(simde__m512i integers) {
    int32_t from[16];
    int16_t to[16];
    simde_mm512_storeu_si512(from, integers);
    for (int i = 0; i < 16; i++) to[i] = (int16_t)from[i];
    return _mm256_loadu_si256((const __m256i *)to);
}
#undef _mm512_cvtepi32_epi16
#define _mm512_cvtepi32_epi16 emulated_cvtepi32_epi16

static inline simde__m512 emulated_cvtph_ps(__m256i halves) {
    float to[16];
    _mm256_storeu_ps(to, _mm256_cvtph_ps(_mm256_castsi256_si128(halves)));
    _mm256_storeu_ps(to + 8, _mm256_cvtph_ps(_mm256_extracti128_si256(halves, 1)));
    return simde_mm512_loadu_ps(to);
}
#undef _mm512_cvtph_ps
#define _mm512_cvtph_ps emulated_cvtph_ps

#endif
