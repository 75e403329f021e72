// Products with F32, F16 and BF16 rows, and the float32 path of all formats, AVX2 with FMA.
//
// Lane j of a sum takes elements j, j + 8, j + 16, ... in order; then the lanes are folded in one fixed
// order. Every tile does the same for each of its results, so they do not depend on the tile.
#include "avx2.h"

#if defined(__x86_64__)
TK_BEGIN_AVX2

enum {
    ROWS = 4,
    TOKENS = 3,
    TOKENS_OF_ONE_ROW = 8,
    PREFETCH_BYTES = 1024  // further ahead than the next four rows
};

TK_INLINE size_t width_of(tk_format format) {
    return format == TK_F32 ? 4 : 2;
}

TK_INLINE __m256 load_weights(tk_format format, const uint8_t *row, size_t i) {
    if (format == TK_F32) return _mm256_castsi256_ps(tk_load(row + 4 * i));
    return format == TK_F16 ? tk_load_half8(row + 2 * i) : tk_load_bfloat8(row + 2 * i);
}

// The last n % 8 elements from element i on, followed by zeros.
TK_INLINE __m256 load_last(tk_format format, const uint8_t *row, size_t i, size_t n) {
    uint8_t last[32] = {0};
    memcpy(last, row + i * width_of(format), (n - i) * width_of(format));
    return load_weights(format, last, 0);
}

// sums[r * tokens + t] = lanes of rows[r] . x[t]
TK_INLINE void tile(tk_format format, size_t rows, size_t tokens, const uint8_t *const row[],
                    const uint8_t *const x[], size_t n, bool prefetch, __m256 *sums) {
    for (size_t i = 0; i < rows * tokens; i++) sums[i] = _mm256_setzero_ps();
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        if (prefetch)
            for (size_t line = 0; line < ROWS * 8 * width_of(format); line += 64)
                _mm_prefetch((const char *)row[0] + ROWS * (n + i) * width_of(format) + PREFETCH_BYTES + line,
                             _MM_HINT_T0);
        __m256 v[TOKENS_OF_ONE_ROW];
        for (size_t t = 0; t < tokens; t++) v[t] = load_weights(TK_F32, x[t], i);
        for (size_t r = 0; r < rows; r++) {
            __m256 w = load_weights(format, row[r], i);
            for (size_t t = 0; t < tokens; t++)
                sums[r * tokens + t] = _mm256_fmadd_ps(w, v[t], sums[r * tokens + t]);
        }
    }
    if (i < n)
        for (size_t r = 0; r < rows; r++) {
            __m256 w = load_last(format, row[r], i, n);
            for (size_t t = 0; t < tokens; t++)
                sums[r * tokens + t] =
                    _mm256_fmadd_ps(w, load_last(TK_F32, x[t], i, n), sums[r * tokens + t]);
        }
}

TK_INLINE void store_tile(tk_format format, size_t rows, size_t tokens, const uint8_t *row, size_t row_bytes,
                          const uint8_t *x, size_t x_stride, size_t n, bool prefetch, float *y,
                          size_t y_stride) {
    const uint8_t *row_pointers[ROWS], *x_pointers[TOKENS_OF_ONE_ROW];
    for (size_t r = 0; r < rows; r++) row_pointers[r] = row + r * row_bytes;
    for (size_t t = 0; t < tokens; t++) x_pointers[t] = x + t * x_stride;
    __m256 sums[ROWS * TOKENS];
    tile(format, rows, tokens, row_pointers, x_pointers, n, prefetch, sums);
    for (size_t r = 0; r < rows; r++)
        for (size_t t = 0; t < tokens; t++) y[t * y_stride + r] = tk_fold8(sums[r * tokens + t]);
}

TK_INLINE void matvec(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                      const uint8_t *x, float *y) {
    size_t row_bytes = n * width_of(format);
    size_t row = row0;
    for (; row + ROWS <= row1; row += ROWS)
        store_tile(format, ROWS, 1, weights + row * row_bytes, row_bytes, x, 0, n, true, y + row, 0);
    for (; row < row1; row++)
        store_tile(format, 1, 1, weights + row * row_bytes, row_bytes, x, 0, n, true, y + row, 0);
}

void tk_avx2_matvec_dense(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                          const float *x, float *y) {
    const uint8_t *bytes = (const void *)x;
    switch (format) {
    case TK_F32:
        matvec(TK_F32, weights, n, row0, row1, bytes, y);
        break;
    case TK_F16:
        matvec(TK_F16, weights, n, row0, row1, bytes, y);
        break;
    case TK_BF16:
        matvec(TK_BF16, weights, n, row0, row1, bytes, y);
        break;
    default:
        break;
    }
}

// Float rows `row_bytes` apart.
TK_INLINE void rows_times_tokens(size_t rows, size_t tokens, const uint8_t *row, size_t row_bytes,
                                 const uint8_t *x, size_t x_stride, size_t m, size_t n, float *y,
                                 size_t y_stride) {
    size_t t = 0;
    for (; t + tokens <= m; t += tokens)
        store_tile(TK_F32, rows, tokens, row, row_bytes, x + t * x_stride, x_stride, n, false,
                   y + t * y_stride, y_stride);
    for (; t < m; t++)
        store_tile(TK_F32, rows, 1, row, row_bytes, x + t * x_stride, x_stride, n, false, y + t * y_stride,
                   y_stride);
}

// The rows of a tile, converted.
size_t tk_avx2_dense_scratch_bytes(size_t n) {
    return ROWS * n * sizeof(float) + TK_ALIGNMENT;
}

void tk_avx2_matmul_dense(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                          const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride,
                          float *scratch) {
    enum { BATCH = 32 * TOKENS };
    size_t row_bytes = tk_row_bytes(format, n);
    for (size_t start = 0; start < m; start += BATCH) {
        size_t tokens = m - start < BATCH ? m - start : BATCH;
        const uint8_t *batch = x + start * x_stride;
        for (size_t row = row0; row < row1;) {
            size_t rows = row1 - row < ROWS ? 1 : ROWS;
            const uint8_t *bytes = weights + row * row_bytes;
            size_t stride = row_bytes;
            if (format != TK_F32) {
                for (size_t r = 0; r < rows; r++)
                    tk_avx2_dequantize_row(format, bytes + r * row_bytes, n, scratch + r * n);
                bytes = (const void *)scratch;
                stride = n * sizeof(float);
            }
            float *out = y + start * y_stride + row;
            if (rows == ROWS)
                rows_times_tokens(ROWS, TOKENS, bytes, stride, batch, x_stride, tokens, n, out, y_stride);
            else
                rows_times_tokens(1, TOKENS_OF_ONE_ROW, bytes, stride, batch, x_stride, tokens, n, out,
                                  y_stride);
            row += rows;
        }
    }
}

size_t tk_avx2_matmul_f32_scratch_floats(size_t n) {
    return tk_avx2_dense_scratch_bytes(n) / sizeof(float);
}

void tk_avx2_matmul_f32(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                        const float *x, size_t x_stride, size_t m, float *y, size_t y_stride,
                        float *scratch) {
    tk_avx2_matmul_dense(format, weights, n, row0, row1, (const void *)x, x_stride * sizeof(float), m, y,
                         y_stride, (void *)tk_aligned(scratch));
}

TK_END_AVX2
#endif
