// Many tokens times quantised rows, AVX-512 VNNI: avx2/matmul.c with sixteen rows.
//
// A few tokens go through blocks in registers, more through panels.
#include "avx512.h"

#if defined(__x86_64__)
#include "sixteen.h"

TK_BEGIN_AVX512

enum {
    TOKENS = TK_MOST_FEW,     // of a tile
    BATCH_BYTES = 384 * 1024  // activations that go through the panels at a time
};

// The first `count` rows of the panel times `tokens` tokens, to y[t * y_stride].
TK_INLINE void tile(size_t tokens, const tk_sixteen *panel, size_t blocks, const uint8_t *x, size_t x_stride,
                    float *y, size_t y_stride, size_t count) {
    __m512 sums[TOKENS];
    for (size_t t = 0; t < tokens; t++) sums[t] = _mm512_setzero_ps();
    for (size_t b = 0; b < blocks; b++)
        tk_add_sixteen(tokens, panel + b, x + b * sizeof(tk_q8_block), x_stride, sums);
    for (size_t t = 0; t < tokens; t++) tk_store_sixteen(sums[t], y + t * y_stride, count);
}

static void panel_times_tokens(const tk_sixteen *panel, size_t blocks, const uint8_t *x, size_t x_stride,
                               size_t m, float *y, size_t y_stride, size_t count) {
    for (; m >= TOKENS; m -= TOKENS, x += TOKENS * x_stride, y += TOKENS * y_stride)
        tile(TOKENS, panel, blocks, x, x_stride, y, y_stride, count);
    switch (m) {
    case 7: return tile(7, panel, blocks, x, x_stride, y, y_stride, count);
    case 6: return tile(6, panel, blocks, x, x_stride, y, y_stride, count);
    case 5: return tile(5, panel, blocks, x, x_stride, y, y_stride, count);
    case 4: return tile(4, panel, blocks, x, x_stride, y, y_stride, count);
    case 3: return tile(3, panel, blocks, x, x_stride, y, y_stride, count);
    case 2: return tile(2, panel, blocks, x, x_stride, y, y_stride, count);
    case 1: return tile(1, panel, blocks, x, x_stride, y, y_stride, count);
    }
}

TK_INLINE void matmul(tk_format format, size_t block_bytes, const uint8_t *weights, size_t n, size_t row0,
                      size_t row1, const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride,
                      tk_sixteen *panel) {
    size_t blocks = n / TK_BLOCK;
    size_t batch = BATCH_BYTES / (blocks * sizeof(tk_q8_block) + 1) / TOKENS * TOKENS;
    if (batch < 8 * TOKENS) batch = 8 * TOKENS;
    for (size_t t = 0; t < m; t += batch) {
        size_t tokens = m - t < batch ? m - t : batch;
        for (size_t row = row0; row < row1; row += TK_SIXTEEN) {
            size_t count = row1 - row < TK_SIXTEEN ? row1 - row : TK_SIXTEEN;
            tk_sixteen_rows rows = tk_sixteen_rows_from(weights, blocks * block_bytes, row, row1);
            for (size_t b = 0; b < blocks; b++)
                tk_load_sixteen(format, block_bytes, &rows, b * block_bytes, panel + b);
            panel_times_tokens(panel, blocks, x + t * x_stride, x_stride, tokens, y + t * y_stride + row,
                               y_stride, count);
        }
    }
}

size_t tk_avx512_matmul_scratch_bytes(tk_format format, size_t n) {
    size_t others = tk_avx2_matmul_scratch_bytes(format, n),
           own = n / TK_BLOCK * sizeof(tk_sixteen) + TK_ALIGNMENT;
    return others > own ? others : own;
}

void tk_avx512_matmul(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                      const void *x, size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch) {
    void *panel = tk_aligned(scratch);
    bool simple = format == TK_Q4_0 || format == TK_Q4_1 || format == TK_Q8_0;
    if (m == 1 && simple) {
        tk_avx512_matvec(format, weights, n, row0, row1, x, y);
        return;
    }
    if (simple && m <= TK_MOST_SOME) {
        tk_avx512_matmul_columns(format, weights, n, row0, row1, x, x_stride, m, y, y_stride);
        return;
    }
    switch (format) {
    case TK_Q4_0:
        matmul(TK_Q4_0, TK_Q4_0_BYTES, weights, n, row0, row1, x, x_stride, m, y, y_stride, panel);
        break;
    case TK_Q4_1:
        matmul(TK_Q4_1, TK_Q4_1_BYTES, weights, n, row0, row1, x, x_stride, m, y, y_stride, panel);
        break;
    case TK_Q8_0:
        matmul(TK_Q8_0, TK_Q8_0_BYTES, weights, n, row0, row1, x, x_stride, m, y, y_stride, panel);
        break;
    case TK_Q5_0:
    case TK_Q5_1:
    case TK_Q4_K:
    case TK_Q5_K:
    case TK_Q6_K:
        tk_avx2_matmul(format, weights, n, row0, row1, x, x_stride, m, y, y_stride, scratch);
        break;
    default:
        tk_avx2_matmul_dense(format, weights, n, row0, row1, x, x_stride, m, y, y_stride, panel);
    }
}

TK_END_AVX512
#endif
