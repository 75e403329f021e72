// The instructions of the products with many tokens, on registers only.
#include "avx2.h"

#if defined(__x86_64__)
#include "eight.h"

TK_BEGIN_AVX2

// Keeps the compiler from taking a computation out of the loop, or out of the program.
#define TK_OPAQUE(value) __asm__ volatile("" : "+x"(value))

enum { TOKENS = 4 };

// As `tk_add_eight`: a block of eight rows times four tokens.
TK_INLINE size_t multiply_blocks(tk_format format, size_t rounds) {
    __m256i q = _mm256_set1_epi8(5), x = _mm256_set1_epi8(3), scale = _mm256_set1_epi16(1);
    __m256i narrow[TOKENS], wide[TOKENS];
    __m256 sums[TOKENS], d = _mm256_set1_ps(0.5f), factor = d;
    for (size_t t = 0; t < TOKENS; t++) sums[t] = _mm256_setzero_ps();
    int narrow_steps = tk_narrow_steps(format);
    for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int step = 0; step < TK_STEPS; step++) {
            __m256i magnitude = format == TK_Q8_0 ? _mm256_abs_epi8(q) : q;
            for (size_t t = 0; t < TOKENS; t++) {
                TK_OPAQUE(x);
                __m256i four = format == TK_Q8_0 ? _mm256_sign_epi8(x, q) : x;
                __m256i products = _mm256_maddubs_epi16(magnitude, four);
                narrow[t] = step % narrow_steps == 0 ? products : _mm256_add_epi16(narrow[t], products);
                TK_OPAQUE(narrow[t]);
                if (step % narrow_steps != narrow_steps - 1) continue;
                __m256i more = _mm256_madd_epi16(narrow[t], scale);
                wide[t] = step < narrow_steps ? more : _mm256_add_epi32(wide[t], more);
                TK_OPAQUE(wide[t]);
            }
        }
        for (size_t t = 0; t < TOKENS; t++) {
            TK_OPAQUE(factor);
            if (format == TK_Q6_K)
                wide[t] = _mm256_sub_epi32(wide[t], _mm256_slli_epi32(_mm256_madd_epi16(x, q), 5));
            else if (format != TK_Q8_0)
                sums[t] = _mm256_fmadd_ps(d, factor, sums[t]);
            sums[t] = _mm256_fmadd_ps(_mm256_mul_ps(d, factor), _mm256_cvtepi32_ps(wide[t]), sums[t]);
            TK_OPAQUE(sums[t]);
        }
    }
    return rounds * TOKENS * TK_BLOCK * 8;
}

static size_t multiply_floats(size_t rounds) {
    enum { SUMS = 12 };
    __m256 sums[SUMS], w = _mm256_set1_ps(0.5f), x = w;
    for (size_t i = 0; i < SUMS; i++) sums[i] = _mm256_setzero_ps();
    for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < SUMS; i++) {
            sums[i] = _mm256_fmadd_ps(w, x, sums[i]);
            TK_OPAQUE(sums[i]);
        }
    }
    return rounds * SUMS * 8;
}

size_t tk_avx2_multiply_in_registers(tk_format format, size_t rounds) {
    switch (format) {
    case TK_F32:
    case TK_F16:
    case TK_BF16:
        return multiply_floats(rounds);
    case TK_Q8_0:
        return multiply_blocks(TK_Q8_0, rounds);
    case TK_Q6_K:
        return multiply_blocks(TK_Q6_K, rounds);
    case TK_Q5_0:
    case TK_Q5_1:
    case TK_Q5_K:
        return multiply_blocks(TK_Q5_0, rounds);
    default:
        return multiply_blocks(TK_Q4_0, rounds);
    }
}

TK_END_AVX2
#endif
