// Found before the compiler's header of this name: AVX-512 intrinsics become SIMDe's emulations of them.
#ifndef TESSERA_EMULATED_IMMINTRIN_H
#define TESSERA_EMULATED_IMMINTRIN_H

#include_next <immintrin.h>
#include <string.h>

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

static inline simde__m512i emulated_cvtps_epi32(simde__m512 floats) {
    float from[16];
    simde_mm512_storeu_ps(from, floats);
    return simde_mm512_inserti64x4(
        simde_mm512_castsi256_si512(_mm256_cvtps_epi32(_mm256_loadu_ps(from))),
        _mm256_cvtps_epi32(_mm256_loadu_ps(from + 8)), 1);
}
#undef _mm512_cvtps_epi32
#define _mm512_cvtps_epi32 emulated_cvtps_epi32

static inline simde__m512i emulated_i32gather_epi32(simde__m512i distances, const void *base, int scale) {
    int32_t at[16], words[16];
    simde_mm512_storeu_si512(at, distances);
    for (int i = 0; i < 16; i++) memcpy(words + i, (const char *)base + at[i] * scale, sizeof *words);
    return simde_mm512_loadu_si512(words);
}
#undef _mm512_i32gather_epi32
#define _mm512_i32gather_epi32 emulated_i32gather_epi32

static inline __m256 emulated_extractf32x8_ps(simde__m512 floats, int half) {
    float from[16];
    simde_mm512_storeu_ps(from, floats);
    return _mm256_loadu_ps(from + 8 * half);
}
#undef _mm512_extractf32x8_ps
#define _mm512_extractf32x8_ps emulated_extractf32x8_ps

static inline simde__m512 emulated_shuffle_f32x4(simde__m512 a, simde__m512 b, int order) {
    float from[2][16], to[16];
    simde_mm512_storeu_ps(from[0], a);
    simde_mm512_storeu_ps(from[1], b);
    for (int i = 0; i < 4; i++) memcpy(to + 4 * i, from[i / 2] + 4 * (order >> 2 * i & 3), 4 * sizeof *to);
    return simde_mm512_loadu_ps(to);
}
#undef _mm512_shuffle_f32x4
#define _mm512_shuffle_f32x4 emulated_shuffle_f32x4

static inline simde__m512 emulated_maskz_loadu_ps(unsigned mask, const void *floats) {
    float to[16] = {0};
    for (int i = 0; i < 16; i++)
        if (mask >> i & 1) memcpy(to + i, (const char *)floats + sizeof *to * (size_t)i, sizeof *to);
    return simde_mm512_loadu_ps(to);
}
#undef _mm512_maskz_loadu_ps
#define _mm512_maskz_loadu_ps emulated_maskz_loadu_ps

static inline void emulated_mask_storeu_ps(void *floats, unsigned mask, simde__m512 values) {
    float from[16];
    simde_mm512_storeu_ps(from, values);
    for (int i = 0; i < 16; i++)
        if (mask >> i & 1) memcpy((char *)floats + sizeof *from * (size_t)i, from + i, sizeof *from);
}
#undef _mm512_mask_storeu_ps
#define _mm512_mask_storeu_ps emulated_mask_storeu_ps

#endif
