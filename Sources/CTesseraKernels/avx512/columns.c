// A few tokens times rows of Q4_0, Q4_1 and Q8_0, AVX-512 VNNI.
//
// A block of sixteen rows is unpacked into registers, and every token goes through it before the next block
// is touched, as in avx2/columns.c. Nothing is stored on the way, and the weights are asked for at an even
// pace: a panel that is made first and multiplied then leaves the memory idle half of the time.
#include "avx512.h"

#if defined(__x86_64__)
#include "sixteen.h"

TK_BEGIN_AVX512

TK_INLINE void all_rows(tk_format format, size_t block_bytes, size_t tokens, const uint8_t *weights,
                        size_t n, size_t row0, size_t row1, const uint8_t *x, size_t x_stride, float *y,
                        size_t y_stride) {
    size_t blocks = n / TK_BLOCK;
    for (size_t row = row0; row < row1; row += TK_SIXTEEN) {
        tk_sixteen_rows rows = tk_sixteen_rows_from(weights, blocks * block_bytes, row, row1);
        __m512 sums[TK_MOST_FEW];
        for (size_t t = 0; t < tokens; t++) sums[t] = _mm512_setzero_ps();
        for (size_t b = 0; b < blocks; b++) {
            tk_sixteen w;
            tk_load_sixteen(format, block_bytes, &rows, b * block_bytes, &w);
            tk_add_sixteen(tokens, &w, x + b * sizeof(tk_q8_block), x_stride, sums);
        }
        for (size_t t = 0; t < tokens; t++) tk_store_sixteen(sums[t], y + t * y_stride + row, row1 - row);
    }
}

// The same for any number of tokens, whose sums wait in memory.
TK_INLINE void some(tk_format format, size_t block_bytes, const uint8_t *weights, size_t n, size_t row0,
                    size_t row1, const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride) {
    size_t blocks = n / TK_BLOCK;
    for (size_t row = row0; row < row1; row += TK_SIXTEEN) {
        tk_sixteen_rows rows = tk_sixteen_rows_from(weights, blocks * block_bytes, row, row1);
        __m512 sums[TK_MOST_SOME];
        for (size_t t = 0; t < m; t++) sums[t] = _mm512_setzero_ps();
        for (size_t b = 0; b < blocks; b++) {
            tk_sixteen w;
            tk_load_sixteen(format, block_bytes, &rows, b * block_bytes, &w);
            const uint8_t *token = x + b * sizeof(tk_q8_block);
            size_t t = 0;
            for (; t + 4 <= m; t += 4) tk_add_sixteen(4, &w, token + t * x_stride, x_stride, sums + t);
            if (m - t >= 2) {
                tk_add_sixteen(2, &w, token + t * x_stride, x_stride, sums + t);
                t += 2;
            }
            if (t < m) tk_add_sixteen(1, &w, token + t * x_stride, x_stride, sums + t);
        }
        for (size_t t = 0; t < m; t++) tk_store_sixteen(sums[t], y + t * y_stride + row, row1 - row);
    }
}

TK_INLINE void multiply(tk_format format, size_t block_bytes, const uint8_t *weights, size_t n, size_t row0,
                        size_t row1, const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride) {
    switch (m) {
    case 2: return all_rows(format, block_bytes, 2, weights, n, row0, row1, x, x_stride, y, y_stride);
    case 3: return all_rows(format, block_bytes, 3, weights, n, row0, row1, x, x_stride, y, y_stride);
    case 4: return all_rows(format, block_bytes, 4, weights, n, row0, row1, x, x_stride, y, y_stride);
    case 5: return all_rows(format, block_bytes, 5, weights, n, row0, row1, x, x_stride, y, y_stride);
    case 6: return all_rows(format, block_bytes, 6, weights, n, row0, row1, x, x_stride, y, y_stride);
    case 7: return all_rows(format, block_bytes, 7, weights, n, row0, row1, x, x_stride, y, y_stride);
    case 8: return all_rows(format, block_bytes, 8, weights, n, row0, row1, x, x_stride, y, y_stride);
    default: return some(format, block_bytes, weights, n, row0, row1, x, x_stride, m, y, y_stride);
    }
}

void tk_avx512_matmul_columns(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                              const void *x, size_t x_stride, size_t m, float *y, size_t y_stride) {
    switch (format) {
    case TK_Q4_0:
        multiply(TK_Q4_0, TK_Q4_0_BYTES, weights, n, row0, row1, x, x_stride, m, y, y_stride);
        break;
    case TK_Q4_1:
        multiply(TK_Q4_1, TK_Q4_1_BYTES, weights, n, row0, row1, x, x_stride, m, y, y_stride);
        break;
    default:
        multiply(TK_Q8_0, TK_Q8_0_BYTES, weights, n, row0, row1, x, x_stride, m, y, y_stride);
    }
}

TK_END_AVX512
#endif
