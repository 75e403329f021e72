// Many tokens times quantised rows, AVX-512 VNNI: avx2/matmul.c with panels of sixteen rows.
#include "avx512.h"

#if defined(__x86_64__)
#include "../avx2/panel.h"

TK_BEGIN_AVX512

enum {
    ROWS = 16,                 // rows of a panel
    TOKENS = 8,                // tokens of a tile
    WORTH_PACKING = 3,         // tokens
    BATCH_BYTES = 384 * 1024,  // activations that go through the panels at a time
    STEPS = TK_BLOCK / 4
};

typedef struct panel_block {
    uint8_t q[STEPS][ROWS][4];  // unsigned: nibbles, or q + 128 of Q8_0
    float d[ROWS];
    float m[ROWS];  // w = d * q + m
} panel_block;

// Rows `row` ... `row` + 15, of which those from `end` on repeat the last one.
TK_INLINE void pack_panel(tk_format format, size_t block_bytes, const uint8_t *weights, size_t blocks,
                          size_t row, size_t end, panel_block *out) {
    const uint8_t *rows[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = weights + (row + i < end ? row + i : end - 1) * blocks * block_bytes;
    for (size_t b = 0; b < blocks; b++) {
        for (size_t half = 0; half < ROWS; half += 8) {
            __m256i v[8];
            uint16_t halves[2][8];
            for (size_t i = 0; i < 8; i++) {
                const uint8_t *bytes = rows[half + i] + b * block_bytes;
                v[i] = format == TK_Q8_0 ? _mm256_xor_si256(tk_load(bytes + 2), _mm256_set1_epi8(-128))
                                         : tk_unpack_nibbles(bytes + (format == TK_Q4_1 ? 4 : 2));
                halves[0][i] = tk_load_u16(bytes);
                halves[1][i] = format == TK_Q4_1 ? tk_load_u16(bytes + 2) : 0;
            }
            tk_transpose_8x8(v);
            for (size_t i = 0; i < STEPS; i++) _mm256_storeu_si256((void *)out[b].q[i][half], v[i]);
            __m256 d = tk_load_half8(halves[0]);
            __m256 m = format == TK_Q4_1 ? tk_load_half8(halves[1])
                                         : _mm256_mul_ps(d, _mm256_set1_ps(format == TK_Q4_0 ? -8 : -128));
            _mm256_storeu_ps(out[b].d + half, d);
            _mm256_storeu_ps(out[b].m + half, m);
        }
    }
}

// sums[t] = the panel's rows times token t
TK_INLINE void tile(size_t tokens, const panel_block *panel, size_t blocks,
                    const tk_q8_block *const x[TOKENS], __m512 sums[TOKENS]) {
    for (size_t t = 0; t < tokens; t++) sums[t] = _mm512_setzero_ps();
    for (size_t b = 0; b < blocks; b++) {
        __m512i integers[TOKENS];
        for (size_t t = 0; t < tokens; t++) integers[t] = _mm512_setzero_si512();
#pragma clang loop unroll(full)
        for (size_t step = 0; step < STEPS; step++) {
            __m512i w = _mm512_loadu_si512((const void *)panel[b].q[step]);
            for (size_t t = 0; t < tokens; t++) {
                int32_t four;
                memcpy(&four, x[t][b].values + 4 * step, sizeof four);
                integers[t] = _mm512_dpbusd_epi32(integers[t], w, _mm512_set1_epi32(four));
            }
        }
        __m512 d = _mm512_loadu_ps(panel[b].d), m = _mm512_loadu_ps(panel[b].m);
        for (size_t t = 0; t < tokens; t++) {
            sums[t] = _mm512_fmadd_ps(m, _mm512_set1_ps(x[t][b].sum), sums[t]);
            __m512 scale = _mm512_mul_ps(d, _mm512_set1_ps(x[t][b].scale));
            sums[t] = _mm512_fmadd_ps(scale, _mm512_cvtepi32_ps(integers[t]), sums[t]);
        }
    }
}

// The first `count` rows of the panel times `tokens` tokens, to y[t * y_stride].
TK_INLINE void store_tile(size_t tokens, const panel_block *panel, size_t blocks, const uint8_t *x,
                          size_t x_stride, float *y, size_t y_stride, size_t count) {
    const tk_q8_block *token[TOKENS];
    for (size_t t = 0; t < tokens; t++) token[t] = (const void *)(x + t * x_stride);
    __m512 sums[TOKENS];
    tile(tokens, panel, blocks, token, sums);
    for (size_t t = 0; t < tokens; t++) {
        if (count == ROWS) {
            _mm512_storeu_ps(y + t * y_stride, sums[t]);
        } else {
            float last[ROWS];
            _mm512_storeu_ps(last, sums[t]);
            memcpy(y + t * y_stride, last, count * sizeof(float));
        }
    }
}

static void panel_times_tokens(const panel_block *panel, size_t blocks, const uint8_t *x, size_t x_stride,
                               size_t m, float *y, size_t y_stride, size_t count) {
    for (; m >= TOKENS; m -= TOKENS, x += TOKENS * x_stride, y += TOKENS * y_stride)
        store_tile(TOKENS, panel, blocks, x, x_stride, y, y_stride, count);
    if (m >= 4) {
        store_tile(4, panel, blocks, x, x_stride, y, y_stride, count);
        m -= 4, x += 4 * x_stride, y += 4 * y_stride;
    }
    if (m >= 2) {
        store_tile(2, panel, blocks, x, x_stride, y, y_stride, count);
        m -= 2, x += 2 * x_stride, y += 2 * y_stride;
    }
    if (m == 1) store_tile(1, panel, blocks, x, x_stride, y, y_stride, count);
}

TK_INLINE void matmul(tk_format format, size_t block_bytes, const uint8_t *weights, size_t n, size_t row0,
                      size_t row1, const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride,
                      panel_block *panel) {
    size_t blocks = n / TK_BLOCK;
    size_t batch = BATCH_BYTES / (blocks * sizeof(tk_q8_block) + 1) / TOKENS * TOKENS;
    if (batch < 8 * TOKENS) batch = 8 * TOKENS;
    for (size_t t = 0; t < m; t += batch) {
        size_t tokens = m - t < batch ? m - t : batch;
        for (size_t row = row0; row < row1; row += ROWS) {
            size_t count = row1 - row < ROWS ? row1 - row : ROWS;
            pack_panel(format, block_bytes, weights, blocks, row, row1, panel);
            panel_times_tokens(panel, blocks, x + t * x_stride, x_stride, tokens, y + t * y_stride + row,
                               y_stride, count);
        }
    }
}

// For so few tokens that unpacking into panels does not pay: a few rows at a time, which stay in the
// first-level cache.
static void matvecs(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                    const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride) {
    enum { TOGETHER = 8 };
    for (size_t row = row0; row < row1; row += TOGETHER)
        for (size_t t = 0; t < m; t++)
            tk_avx512_matvec(format, weights, n, row, row1 - row < TOGETHER ? row1 : row + TOGETHER,
                             x + t * x_stride, y + t * y_stride);
}

size_t tk_avx512_matmul_scratch_bytes(tk_format format, size_t n) {
    size_t others = tk_avx2_matmul_scratch_bytes(format, n),
           own = n / TK_BLOCK * sizeof(panel_block) + TK_ALIGNMENT;
    return others > own ? others : own;
}

void tk_avx512_matmul(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                      const void *x, size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch) {
    void *panel = tk_aligned(scratch);
    bool own = format == TK_Q4_0 || format == TK_Q4_1 || format == TK_Q8_0;
    if (m < WORTH_PACKING && own) {
        matvecs(format, weights, n, row0, row1, x, x_stride, m, y, y_stride);
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
