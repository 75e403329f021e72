// One to three tokens times rows of Q4_0, Q4_1 and Q8_0, AVX2.
//
// Eight rows go together, each read where it lies. Per block, their products are folded into one vector of
// eight integer sums (one lane a row), so that scales are applied once per eight rows; the kernels of more
// tokens add blocks in the same way and order, which makes all bit-equal. Rows past the end repeat the last
// one and are not stored.
#include "avx2.h"

#if defined(__x86_64__)
#include "eight_rows.h"

TK_BEGIN_AVX2

enum { TK_FEW = 3 };

// Two rows' products with 32 nibbles each, as 8 int16 per half; at most 4 * 15 * 127 in magnitude, of which
// four are 30480.
TK_INLINE __m256i nibble_products(__m256i low, __m256i high, __m256i x0, __m256i x1) {
    return _mm256_add_epi16(_mm256_maddubs_epi16(low, x0), _mm256_maddubs_epi16(high, x1));
}

// Two rows' products with 32 int8 each, as 4 int32 per half. |w| as an unsigned byte holds 128, too.
TK_INLINE __m256i byte_products(__m256i w0, __m256i w1, __m256i x0, __m256i x1) {
    __m256i ones = _mm256_set1_epi16(1);
    __m256i first = _mm256_maddubs_epi16(_mm256_abs_epi8(w0), _mm256_sign_epi8(x0, w0));
    __m256i second = _mm256_maddubs_epi16(_mm256_abs_epi8(w1), _mm256_sign_epi8(x1, w1));
    return _mm256_add_epi32(_mm256_madd_epi16(first, ones), _mm256_madd_epi16(second, ones));
}

// Eight rows, consecutive if `whole`, times `tokens` tokens.
TK_INLINE void eight_rows(tk_format format, bool whole, size_t tokens, size_t block_bytes,
                          size_t header_bytes, const uint8_t *const rows[TK_ROWS], size_t blocks,
                          const tk_q8_block *const x[TK_FEW], __m256 sums[TK_FEW]) {
    for (size_t t = 0; t < tokens; t++) sums[t] = _mm256_setzero_ps();
    for (size_t b = 0; b < blocks; b++) {
        size_t offset = b * block_bytes;
        tk_prefetch_next_rows(rows[0], TK_ROWS, blocks * block_bytes, offset, block_bytes);
        __m256i low[4], high[4];  // the first and the last 16 weights of the pairs of rows
        for (size_t i = 0; i < 4; i++) {
            const uint8_t *a = rows[i] + offset + header_bytes, *b = rows[i + 4] + offset + header_bytes;
            low[i] = tk_load_pair(a, b);
            if (format == TK_Q8_0) {
                high[i] = tk_load_pair(a + 16, b + 16);
            } else {
                high[i] = _mm256_and_si256(_mm256_srli_epi16(low[i], 4), _mm256_set1_epi8(15));
                low[i] = _mm256_and_si256(low[i], _mm256_set1_epi8(15));
            }
        }
        __m256 d, m = _mm256_setzero_ps();
        if (!whole)
            tk_load_last_scales(rows, offset, &d, &m);
        else
            tk_load_scales(rows, offset, &d, &m);
        if (format == TK_Q4_0) m = _mm256_mul_ps(d, _mm256_set1_ps(-8));
#pragma clang loop unroll(full)
        for (size_t t = 0; t < tokens; t++) {
            __m256i x0 = tk_load_twice(x[t][b].values), x1 = tk_load_twice(x[t][b].values + 16);
            __m256i products[4];
            for (size_t i = 0; i < 4; i++)
                products[i] = format == TK_Q8_0 ? byte_products(low[i], high[i], x0, x1)
                                                : nibble_products(low[i], high[i], x0, x1);
            __m256i integers = format == TK_Q8_0 ? tk_fold_int32(products) : tk_fold_int16(products, true);
            if (format != TK_Q8_0) sums[t] = _mm256_fmadd_ps(m, _mm256_set1_ps(x[t][b].sum), sums[t]);
            __m256 scale = _mm256_mul_ps(d, _mm256_set1_ps(x[t][b].scale));
            sums[t] = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(integers), sums[t]);
        }
    }
}

TK_INLINE void few(tk_format format, size_t tokens, size_t block_bytes, size_t header_bytes,
                   const uint8_t *weights, size_t n, size_t row0, size_t row1, const uint8_t *x,
                   size_t x_stride, float *y, size_t y_stride) {
    size_t blocks = n / TK_BLOCK;
    size_t row_bytes = blocks * block_bytes;
    const uint8_t *rows[TK_ROWS];
    const tk_q8_block *token[TK_FEW];
    for (size_t t = 0; t < tokens; t++) token[t] = (const void *)(x + t * x_stride);
    __m256 sums[TK_FEW];
    size_t row = row0;
    for (; row + TK_ROWS <= row1; row += TK_ROWS) {
        for (size_t i = 0; i < TK_ROWS; i++) rows[i] = weights + (row + i) * row_bytes;
        eight_rows(format, true, tokens, block_bytes, header_bytes, rows, blocks, token, sums);
        for (size_t t = 0; t < tokens; t++) _mm256_storeu_ps(y + t * y_stride + row, sums[t]);
    }
    if (row < row1) {
        float last[TK_ROWS];
        for (size_t i = 0; i < TK_ROWS; i++)
            rows[i] = weights + (row + i < row1 ? row + i : row1 - 1) * row_bytes;
        eight_rows(format, false, tokens, block_bytes, header_bytes, rows, blocks, token, sums);
        for (size_t t = 0; t < tokens; t++) {
            _mm256_storeu_ps(last, sums[t]);
            memcpy(y + t * y_stride + row, last, (row1 - row) * sizeof(float));
        }
    }
}

TK_INLINE void matvecs(tk_format format, size_t block_bytes, size_t header_bytes, const uint8_t *weights,
                       size_t n, size_t row0, size_t row1, const uint8_t *x, size_t x_stride, size_t m,
                       float *y, size_t y_stride) {
    switch (m) {
    case 1:
        few(format, 1, block_bytes, header_bytes, weights, n, row0, row1, x, x_stride, y, y_stride);
        break;
    case 2:
        few(format, 2, block_bytes, header_bytes, weights, n, row0, row1, x, x_stride, y, y_stride);
        break;
    default:
        few(format, 3, block_bytes, header_bytes, weights, n, row0, row1, x, x_stride, y, y_stride);
    }
}

void tk_avx2_matvecs(tk_format format, const void *weights, size_t n, size_t row0, size_t row1, const void *x,
                     size_t x_stride, size_t m, float *y, size_t y_stride) {
    switch (format) {
    case TK_Q4_0:
        matvecs(TK_Q4_0, TK_Q4_0_BYTES, 2, weights, n, row0, row1, x, x_stride, m, y, y_stride);
        break;
    case TK_Q4_1:
        matvecs(TK_Q4_1, TK_Q4_1_BYTES, 4, weights, n, row0, row1, x, x_stride, m, y, y_stride);
        break;
    default:
        matvecs(TK_Q8_0, TK_Q8_0_BYTES, 2, weights, n, row0, row1, x, x_stride, m, y, y_stride);
    }
}

void tk_avx2_matvec(tk_format format, const void *weights, size_t n, size_t row0, size_t row1, const void *x,
                    float *y) {
    switch (format) {
    case TK_F32:
    case TK_F16:
    case TK_BF16:
        tk_avx2_matvec_dense(format, weights, n, row0, row1, x, y);
        break;
    default:
        tk_avx2_matmul(format, weights, n, row0, row1, x, 0, 1, y, 0, NULL);  // one token needs no scratch
    }
}

TK_END_AVX2
#endif
