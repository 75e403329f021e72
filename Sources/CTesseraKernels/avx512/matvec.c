// One token times quantised rows, AVX-512 VNNI: avx2/matvec.c with one instruction for four products and
// their sum.
//
// VNNI multiplies unsigned by signed bytes, so a row of Q8_0 counts as unsigned q + 128 with an m of -128 d,
// as Q4_0 counts as q + 8 with an m of -8 d. The sums are exact integers in both kernels of this instruction
// set.
#include "avx512.h"

#if defined(__x86_64__)
#include "../avx2/eight_rows.h"

TK_BEGIN_AVX512

// Two rows' products with 32 weights each, as 4 int32 per half.
TK_INLINE __m256i products(tk_format format, const uint8_t *low, const uint8_t *high, __m256i x0,
                           __m256i x1) {
    __m256i w0 = tk_load_pair(low, high), w1;
    if (format == TK_Q8_0) {
        __m256i offset = _mm256_set1_epi8(-128);
        w1 = _mm256_xor_si256(tk_load_pair(low + 16, high + 16), offset);
        w0 = _mm256_xor_si256(w0, offset);
    } else {
        __m256i mask = _mm256_set1_epi8(15);
        w1 = _mm256_and_si256(_mm256_srli_epi16(w0, 4), mask);
        w0 = _mm256_and_si256(w0, mask);
    }
    return _mm256_dpbusd_epi32(_mm256_dpbusd_epi32(_mm256_setzero_si256(), w0, x0), w1, x1);
}

// Eight rows, consecutive if `whole`.
TK_INLINE __m256 eight_rows(tk_format format, bool whole, size_t block_bytes, size_t header_bytes,
                            const uint8_t *const rows[TK_ROWS], size_t blocks, const tk_q8_block *x) {
    __m256 sum = _mm256_setzero_ps();
    for (size_t b = 0; b < blocks; b++) {
        size_t offset = b * block_bytes;
        tk_prefetch_next_rows(rows[0], TK_ROWS, blocks * block_bytes, offset, block_bytes);
        __m256i x0 = tk_load_twice(x[b].values), x1 = tk_load_twice(x[b].values + 16);
        __m256i pairs[4];
        for (size_t i = 0; i < 4; i++)
            pairs[i] = products(format, rows[i] + offset + header_bytes, rows[i + 4] + offset + header_bytes,
                                x0, x1);
        __m256 integers = _mm256_cvtepi32_ps(tk_fold_int32(pairs));
        __m256 d, m;
        if (!whole)
            tk_load_last_scales(rows, offset, &d, &m);
        else if (format == TK_Q4_1)
            tk_load_scales(rows, offset, &d, &m);
        else
            d = tk_load_scale(rows, offset);
        if (format != TK_Q4_1) m = _mm256_mul_ps(d, _mm256_set1_ps(format == TK_Q4_0 ? -8 : -128));
        sum = _mm256_fmadd_ps(m, _mm256_set1_ps(x[b].sum), sum);
        sum = _mm256_fmadd_ps(_mm256_mul_ps(d, _mm256_set1_ps(x[b].scale)), integers, sum);
    }
    return sum;
}

TK_INLINE void matvec(tk_format format, size_t block_bytes, size_t header_bytes, const uint8_t *weights,
                      size_t n, size_t row0, size_t row1, const tk_q8_block *x, float *y) {
    size_t blocks = n / TK_BLOCK;
    size_t row_bytes = blocks * block_bytes;
    const uint8_t *rows[TK_ROWS];
    size_t row = row0;
    for (; row + TK_ROWS <= row1; row += TK_ROWS) {
        for (size_t i = 0; i < TK_ROWS; i++) rows[i] = weights + (row + i) * row_bytes;
        _mm256_storeu_ps(y + row, eight_rows(format, true, block_bytes, header_bytes, rows, blocks, x));
    }
    if (row < row1) {
        float last[TK_ROWS];
        for (size_t i = 0; i < TK_ROWS; i++)
            rows[i] = weights + (row + i < row1 ? row + i : row1 - 1) * row_bytes;
        _mm256_storeu_ps(last, eight_rows(format, false, block_bytes, header_bytes, rows, blocks, x));
        memcpy(y + row, last, (row1 - row) * sizeof(float));
    }
}

void tk_avx512_matvec(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                      const void *x, float *y) {
    switch (format) {
    case TK_Q4_0:
        matvec(TK_Q4_0, TK_Q4_0_BYTES, 2, weights, n, row0, row1, x, y);
        break;
    case TK_Q4_1:
        matvec(TK_Q4_1, TK_Q4_1_BYTES, 4, weights, n, row0, row1, x, y);
        break;
    case TK_Q8_0:
        matvec(TK_Q8_0, TK_Q8_0_BYTES, 2, weights, n, row0, row1, x, y);
        break;
    case TK_Q5_0:
    case TK_Q5_1:
    case TK_Q4_K:
    case TK_Q5_K:
    case TK_Q6_K:
        tk_avx2_matvec(format, weights, n, row0, row1, x, y);
        break;
    default:
        tk_avx2_matvec_dense(format, weights, n, row0, row1, x, y);
    }
}

TK_END_AVX512
#endif
