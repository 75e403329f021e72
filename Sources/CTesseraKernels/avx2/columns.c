// Four to eight tokens times rows of Q4_0, Q4_1 and Q8_0, AVX2.
//
// A block of eight rows is unpacked into registers, four weights of each row a vector, and every token goes
// through it before the next block is touched: nothing is stored, and unpacking one block overlaps with
// multiplying the one before. The sums of that many tokens do not fit beside it and wait on the stack. For
// fewer tokens folding is cheaper than turning rows into columns, for more a panel is.
#include "avx2.h"

#if defined(__x86_64__)
#include "eight.h"
#include "eight_rows.h"

TK_BEGIN_AVX2

enum { MOST_TOKENS = 8 };

// A block of eight rows: w = d * q + m.
typedef struct columns {
    __m256i q[TK_STEPS];
    __m256 d, m;
} columns;

TK_INLINE void load_block(tk_format format, bool whole, const tk_rows *rows, size_t offset, columns *out) {
    if (whole)
        tk_load_scales(rows->at, offset, &out->d, &out->m);
    else
        tk_load_last_scales(rows->at, offset, &out->d, &out->m);
    if (format == TK_Q4_0) out->m = _mm256_mul_ps(out->d, _mm256_set1_ps(-8));
    offset += format == TK_Q4_1 ? 4 : 2;
    if (format == TK_Q8_0) {
        tk_load_columns(rows, offset, out->q);
        tk_load_columns(rows, offset + 16, out->q + 4);
    } else {
        __m256i bytes[4];
        tk_load_columns(rows, offset, bytes);
        for (int i = 0; i < 4; i++) {
            out->q[i] = tk_nibbles(bytes[i], 0);
            out->q[i + 4] = tk_nibbles(bytes[i], 4);
        }
    }
}

// sum + the block of eight rows times that of a token; blocks are added as in every other product.
TK_INLINE __m256 add_block(tk_format format, const columns *w, const tk_q8_block *x, __m256 sum) {
    __m256i ones = _mm256_set1_epi16(1), narrow = _mm256_setzero_si256(), wide = narrow;
#pragma clang loop unroll(full)
    for (int step = 0; step < TK_STEPS; step++) {
        __m256i four = tk_broadcast4(x->values + 4 * step), q = w->q[step];
        if (format == TK_Q8_0) {
            __m256i products = _mm256_maddubs_epi16(_mm256_abs_epi8(q), _mm256_sign_epi8(four, q));
            wide = _mm256_add_epi32(wide, _mm256_madd_epi16(products, ones));
        } else {
            narrow = _mm256_add_epi16(narrow, _mm256_maddubs_epi16(q, four));
        }
    }
    if (format != TK_Q8_0) {
        wide = _mm256_madd_epi16(narrow, ones);
        sum = _mm256_fmadd_ps(w->m, _mm256_set1_ps(x->sum), sum);
    }
    __m256 scale = _mm256_mul_ps(w->d, _mm256_set1_ps(x->scale));
    return _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(wide), sum);
}

// Eight rows, consecutive if `whole`, of which the first `count` are stored.
TK_INLINE void eight_rows(tk_format format, bool whole, size_t tokens, const tk_rows *rows,
                          size_t block_bytes, size_t blocks, const uint8_t *x, size_t x_stride, float *y,
                          size_t y_stride, size_t count) {
    _Alignas(32) float sums[MOST_TOKENS][TK_ROWS] = {0};
    for (size_t b = 0; b < blocks; b++) {
        tk_prefetch_next_rows(rows->at[0], TK_ROWS, blocks * block_bytes, b * block_bytes, block_bytes);
        columns w;
        load_block(format, whole, rows, b * block_bytes, &w);
#pragma clang loop unroll(full)
        for (size_t t = 0; t < tokens; t++) {
            const tk_q8_block *token = (const void *)(x + t * x_stride);
            _mm256_storeu_ps(sums[t], add_block(format, &w, token + b, _mm256_loadu_ps(sums[t])));
        }
    }
    for (size_t t = 0; t < tokens; t++) memcpy(y + t * y_stride, sums[t], count * sizeof(float));
}

TK_INLINE void all_rows(tk_format format, size_t tokens, const uint8_t *weights, size_t n, size_t row0,
                        size_t row1, const uint8_t *x, size_t x_stride, float *y, size_t y_stride) {
    size_t blocks = n / TK_BLOCK, block_bytes = tk_unit_bytes(format), row_bytes = blocks * block_bytes;
    size_t row = row0;
    for (; row + TK_ROWS <= row1; row += TK_ROWS) {
        tk_rows rows = tk_rows_from(weights, row_bytes, row, row1);
        eight_rows(format, true, tokens, &rows, block_bytes, blocks, x, x_stride, y + row, y_stride, TK_ROWS);
    }
    if (row == row1) return;
    tk_rows last = tk_rows_from(weights, row_bytes, row, row1);
    eight_rows(format, false, tokens, &last, block_bytes, blocks, x, x_stride, y + row, y_stride, row1 - row);
}

TK_INLINE void multiply(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                        const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride) {
    if (m == 4) all_rows(format, 4, weights, n, row0, row1, x, x_stride, y, y_stride);
    if (m == 5) all_rows(format, 5, weights, n, row0, row1, x, x_stride, y, y_stride);
    if (m == 6) all_rows(format, 6, weights, n, row0, row1, x, x_stride, y, y_stride);
    if (m == 7) all_rows(format, 7, weights, n, row0, row1, x, x_stride, y, y_stride);
    if (m == 8) all_rows(format, 8, weights, n, row0, row1, x, x_stride, y, y_stride);
}

void tk_avx2_matmul_columns(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                            const void *x, size_t x_stride, size_t m, float *y, size_t y_stride) {
    switch (format) {
    case TK_Q4_0:
        multiply(TK_Q4_0, weights, n, row0, row1, x, x_stride, m, y, y_stride);
        break;
    case TK_Q4_1:
        multiply(TK_Q4_1, weights, n, row0, row1, x, x_stride, m, y, y_stride);
        break;
    default:
        multiply(TK_Q8_0, weights, n, row0, row1, x, x_stride, m, y, y_stride);
    }
}

TK_END_AVX2
#endif
