// Products of weight rows with one or many tokens.
//
// A quantised block's integer sum is exact, and both products then add blocks in the same order, so that a
// token's result is the same whatever `m`, the split of rows, or the function.
#include "dot.h"
#include "portable.h"
#include "unpack.h"

static inline float add_block(tk_format format, float sum, const tk_block *w, const tk_q8_block *x) {
    if (format == TK_Q6_K) {
        sum += (w->d[0] * x->scale) * (float)tk_dot_q8(w->q, x->values, TK_BLOCK / 2);
        return sum + (w->d[1] * x->scale) *
                         (float)tk_dot_q8(w->q + TK_BLOCK / 2, x->values + TK_BLOCK / 2, TK_BLOCK / 2);
    }
    sum += (w->d[0] * x->scale) * (float)tk_dot_q8(w->q, x->values, TK_BLOCK);
    return format == TK_Q8_0 ? sum : sum + w->m * x->sum;
}

static inline void matvec_q8(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                             const tk_q8_block *x, float *y) {
    size_t row_bytes = tk_row_bytes(format, n);
    for (size_t row = row0; row < row1; row++) {
        float sum = 0;
        for (size_t b = 0; b < n / TK_BLOCK; b++) {
            tk_block w;
            tk_unpack(format, weights + row * row_bytes, b, &w);
            sum = add_block(format, sum, &w, x + b);
        }
        y[row] = sum;
    }
}

static inline void matmul_q8(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                             const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride,
                             tk_block *unpacked) {
    size_t row_bytes = tk_row_bytes(format, n);
    for (size_t row = row0; row < row1; row++) {
        for (size_t b = 0; b < n / TK_BLOCK; b++)
            tk_unpack(format, weights + row * row_bytes, b, unpacked + b);
        for (size_t t = 0; t < m; t++) {
            const tk_q8_block *token = (const void *)(x + t * x_stride);
            float sum = 0;
            for (size_t b = 0; b < n / TK_BLOCK; b++) sum = add_block(format, sum, unpacked + b, token + b);
            y[t * y_stride + row] = sum;
        }
    }
}

// Converts in small pieces, since the product with one token has no scratch.
static float dot_dense(tk_format format, const uint8_t *row, size_t n, const float *x) {
    enum { PIECE = 8 * TK_LANES };
    size_t width = tk_row_bytes(format, 1);
    float lanes[1][TK_LANES] = {{0}};
    float piece[PIECE];
    for (size_t i = 0; i < n; i += PIECE) {
        size_t count = n - i < PIECE ? n - i : PIECE;
        tk_portable_dequantize_row(format, row + i * width, count, piece);
        const float *x_piece = x + i;
        tk_dots_add(1, lanes, piece, &x_piece, count);
    }
    return tk_fold(lanes[0]);
}

void tk_portable_matvec(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                        const void *x, float *y) {
    switch (format) {
    case TK_Q4_0:
        matvec_q8(TK_Q4_0, weights, n, row0, row1, x, y);
        break;
    case TK_Q4_1:
        matvec_q8(TK_Q4_1, weights, n, row0, row1, x, y);
        break;
    case TK_Q5_0:
        matvec_q8(TK_Q5_0, weights, n, row0, row1, x, y);
        break;
    case TK_Q5_1:
        matvec_q8(TK_Q5_1, weights, n, row0, row1, x, y);
        break;
    case TK_Q8_0:
        matvec_q8(TK_Q8_0, weights, n, row0, row1, x, y);
        break;
    case TK_Q4_K:
        matvec_q8(TK_Q4_K, weights, n, row0, row1, x, y);
        break;
    case TK_Q5_K:
        matvec_q8(TK_Q5_K, weights, n, row0, row1, x, y);
        break;
    case TK_Q6_K:
        matvec_q8(TK_Q6_K, weights, n, row0, row1, x, y);
        break;
    default:
        for (size_t row = row0; row < row1; row++)
            y[row] = dot_dense(format, (const uint8_t *)weights + row * tk_row_bytes(format, n), n, x);
    }
}

// Rows that are converted together, so that a token is read from the nearest cache for all but the first.
enum { PANEL = 4 };

static void panel_times_tokens(const float *panel, size_t rows, size_t n, const float *x, size_t x_stride,
                               size_t m, float *y, size_t y_stride) {
    size_t t = 0;
    for (; t + 2 <= m; t += 2)
        for (size_t r = 0; r < rows; r++) {
            const float *pair[2] = {x + t * x_stride, x + (t + 1) * x_stride};
            float lanes[2][TK_LANES] = {{0}};
            tk_dots_add(2, lanes, panel + r * n, pair, n);
            y[t * y_stride + r] = tk_fold(lanes[0]);
            y[(t + 1) * y_stride + r] = tk_fold(lanes[1]);
        }
    if (t < m)
        for (size_t r = 0; r < rows; r++) y[t * y_stride + r] = tk_dot(panel + r * n, x + t * x_stride, n);
}

size_t tk_portable_matmul_f32_scratch_floats(size_t n) {
    return PANEL * n;
}

void tk_portable_matmul_f32(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                            const float *x, size_t x_stride, size_t m, float *y, size_t y_stride,
                            float *scratch) {
    size_t row_bytes = tk_row_bytes(format, n);
    for (size_t row = row0; row < row1; row += PANEL) {
        size_t rows = row1 - row < PANEL ? row1 - row : PANEL;
        const uint8_t *bytes = (const uint8_t *)weights + row * row_bytes;
        for (size_t r = 0; r < rows; r++)
            tk_portable_dequantize_row(format, bytes + r * row_bytes, n, scratch + r * n);
        panel_times_tokens(scratch, rows, n, x, x_stride, m, y + row, y_stride);
    }
}

void tk_portable_matmul(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                        const void *x, size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch) {
    void *aligned = tk_aligned(scratch);
    switch (format) {
    case TK_Q4_0:
        matmul_q8(TK_Q4_0, weights, n, row0, row1, x, x_stride, m, y, y_stride, aligned);
        break;
    case TK_Q4_1:
        matmul_q8(TK_Q4_1, weights, n, row0, row1, x, x_stride, m, y, y_stride, aligned);
        break;
    case TK_Q5_0:
        matmul_q8(TK_Q5_0, weights, n, row0, row1, x, x_stride, m, y, y_stride, aligned);
        break;
    case TK_Q5_1:
        matmul_q8(TK_Q5_1, weights, n, row0, row1, x, x_stride, m, y, y_stride, aligned);
        break;
    case TK_Q8_0:
        matmul_q8(TK_Q8_0, weights, n, row0, row1, x, x_stride, m, y, y_stride, aligned);
        break;
    case TK_Q4_K:
        matmul_q8(TK_Q4_K, weights, n, row0, row1, x, x_stride, m, y, y_stride, aligned);
        break;
    case TK_Q5_K:
        matmul_q8(TK_Q5_K, weights, n, row0, row1, x, x_stride, m, y, y_stride, aligned);
        break;
    case TK_Q6_K:
        matmul_q8(TK_Q6_K, weights, n, row0, row1, x, x_stride, m, y, y_stride, aligned);
        break;
    default:
        tk_portable_matmul_f32(format, weights, n, row0, row1, x, x_stride / sizeof(float), m, y, y_stride,
                               aligned);
    }
}

size_t tk_portable_matmul_scratch_bytes(tk_format format, size_t n) {
    size_t bytes = tk_operand_of(format) == TK_OPERAND_Q8
                       ? n / TK_BLOCK * sizeof(tk_block)
                       : tk_portable_matmul_f32_scratch_floats(n) * sizeof(float);
    return bytes + TK_ALIGNMENT;
}
