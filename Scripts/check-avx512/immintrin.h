// Found before the compiler's header of this name: AVX-512 intrinsics become SIMDe's emulations of them.
#ifndef TESSERA_EMULATED_IMMINTRIN_H
#define TESSERA_EMULATED_IMMINTRIN_H

#include_next <immintrin.h>

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

// SIMDe 0.7.4 lacks this one.
static inline simde__m512 emulated_cvtepi32_ps(simde__m512i integers) {
    int32_t from[16];
    float to[16];
    simde_mm512_storeu_si512(from, integers);
    for (int i = 0; i < 16; i++) to[i] = (float)from[i];
    return simde_mm512_loadu_ps(to);
}
#undef _mm512_cvtepi32_ps
#define _mm512_cvtepi32_ps emulated_cvtepi32_ps

#endif
