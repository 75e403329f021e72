// Many tokens times quantised rows, AVX2.
//
// Eight rows at a time are unpacked into a panel whose vectors hold four consecutive weights of each row. A
// token's four activations, broadcast, multiply all eight rows at once, and a block's sum needs no folding:
// lane i is row i. A tile of the panel by four tokens keeps its sums in registers. (Two panels by three
// tokens measured 5 % faster for nibbles and slower for bytes.) A panel is used for all tokens of a batch
// that fits the second-level cache.
#include "avx2.h"

#if defined(__x86_64__)
#include "panel.h"

TK_BEGIN_AVX2

enum {
    ROWS = 8,                  // rows of a panel
    TOKENS = 4,                // tokens of a tile
    BATCH_BYTES = 192 * 1024,  // activations that go through the panels at a time
    STEPS = TK_BLOCK / 4
};

typedef struct panel_block {
    uint8_t q[STEPS][ROWS][4];  // nibbles, or int8 of Q8_0
    float d[ROWS];
    float m[ROWS];  // w = d * q + m; unused by Q8_0
} panel_block;

// Rows `row` ... `row` + 7, of which those from `end` on repeat the last one.
TK_INLINE void pack_panel(tk_format format, size_t block_bytes, const uint8_t *weights, size_t blocks,
                          size_t row, size_t end, panel_block *out) {
    const uint8_t *rows[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = weights + (row + i < end ? row + i : end - 1) * blocks * block_bytes;
    for (size_t b = 0; b < blocks; b++) {
        __m256i v[ROWS];
        for (size_t i = 0; i < ROWS; i++) {
            const uint8_t *bytes = rows[i] + b * block_bytes;
            v[i] = format == TK_Q8_0 ? tk_load(bytes + 2)
                                     : tk_unpack_nibbles(bytes + (format == TK_Q4_1 ? 4 : 2));
        }
        tk_transpose_8x8(v);
        for (size_t i = 0; i < STEPS; i++) _mm256_storeu_si256((void *)out[b].q[i], v[i]);
        uint16_t halves[2][ROWS];
        for (size_t i = 0; i < ROWS; i++) {
            halves[0][i] = tk_load_u16(rows[i] + b * block_bytes);
            halves[1][i] = format == TK_Q4_1 ? tk_load_u16(rows[i] + b * block_bytes + 2) : 0;
        }
        __m256 scale = tk_load_half8(halves[0]);
        _mm256_storeu_ps(out[b].d, scale);
        if (format == TK_Q4_1) _mm256_storeu_ps(out[b].m, tk_load_half8(halves[1]));
        if (format == TK_Q4_0) _mm256_storeu_ps(out[b].m, _mm256_mul_ps(scale, _mm256_set1_ps(-8)));
    }
}

// int16 sums of a block for unsigned nibbles: at most 8 * 2 * 15 * 127 = 30480. For int8 weights, int32 sums.
TK_INLINE __m256i add_products(tk_format format, __m256i sum, __m256i w, __m256i magnitude, __m256i x) {
    if (format != TK_Q8_0) return _mm256_add_epi16(sum, _mm256_maddubs_epi16(w, x));
    __m256i products = _mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(x, w));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(products, _mm256_set1_epi16(1)));
}

// sums[t] = the panel's rows times token t
TK_INLINE void tile(tk_format format, size_t tokens, const panel_block *panel, size_t blocks,
                    const tk_q8_block *const x[TOKENS], __m256 sums[TOKENS]) {
    for (size_t t = 0; t < tokens; t++) sums[t] = _mm256_setzero_ps();
    for (size_t b = 0; b < blocks; b++) {
        __m256i integers[TOKENS];
        for (size_t t = 0; t < tokens; t++) integers[t] = _mm256_setzero_si256();
#pragma clang loop unroll(full)
        for (size_t step = 0; step < STEPS; step++) {
            __m256i w = tk_load(panel[b].q[step]);
            __m256i magnitude = format == TK_Q8_0 ? _mm256_abs_epi8(w) : w;
            for (size_t t = 0; t < tokens; t++) {
                __m256i four = tk_broadcast4(x[t][b].values + 4 * step);
                integers[t] = add_products(format, integers[t], w, magnitude, four);
                // Keeps the compiler from reordering the additions, for which it would spill registers.
                __asm__("" : "+x"(integers[t]));
            }
        }
        __m256 d = _mm256_loadu_ps(panel[b].d), m = _mm256_loadu_ps(panel[b].m);
        for (size_t t = 0; t < tokens; t++) {
            if (format != TK_Q8_0) {
                integers[t] = _mm256_madd_epi16(integers[t], _mm256_set1_epi16(1));
                sums[t] = _mm256_fmadd_ps(m, _mm256_set1_ps(x[t][b].sum), sums[t]);
            }
            __m256 scale = _mm256_mul_ps(d, _mm256_set1_ps(x[t][b].scale));
            sums[t] = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(integers[t]), sums[t]);
        }
    }
}

// The first `count` rows of the panel times `tokens` tokens, to y[t * y_stride].
TK_INLINE void store_tile(tk_format format, size_t tokens, const panel_block *panel, size_t blocks,
                          const uint8_t *x, size_t x_stride, float *y, size_t y_stride, size_t count) {
    const tk_q8_block *token[TOKENS];
    for (size_t t = 0; t < tokens; t++) token[t] = (const void *)(x + t * x_stride);
    __m256 sums[TOKENS];
    tile(format, tokens, panel, blocks, token, sums);
    for (size_t t = 0; t < tokens; t++) {
        if (count == ROWS) {
            _mm256_storeu_ps(y + t * y_stride, sums[t]);
        } else {
            float last[ROWS];
            _mm256_storeu_ps(last, sums[t]);
            memcpy(y + t * y_stride, last, count * sizeof(float));
        }
    }
}

TK_INLINE void panel_times_tokens(tk_format format, const panel_block *panel, size_t blocks, const uint8_t *x,
                                  size_t x_stride, size_t m, float *y, size_t y_stride, size_t count) {
    for (; m >= TOKENS; m -= TOKENS, x += TOKENS * x_stride, y += TOKENS * y_stride)
        store_tile(format, TOKENS, panel, blocks, x, x_stride, y, y_stride, count);
    if (m == 3) store_tile(format, 3, panel, blocks, x, x_stride, y, y_stride, count);
    if (m == 2) store_tile(format, 2, panel, blocks, x, x_stride, y, y_stride, count);
    if (m == 1) store_tile(format, 1, panel, blocks, x, x_stride, y, y_stride, count);
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
            panel_times_tokens(format, panel, blocks, x + t * x_stride, x_stride, tokens,
                               y + t * y_stride + row, y_stride, count);
        }
    }
}

// For so few tokens that unpacking into panels does not pay: eight rows at a time, which stay in the
// first-level cache.
static void matvecs(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                    const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride) {
    for (size_t row = row0; row < row1; row += ROWS)
        for (size_t t = 0; t < m; t++)
            tk_avx2_matvec(format, weights, n, row, row1 - row < ROWS ? row1 : row + ROWS, x + t * x_stride,
                           y + t * y_stride);
}

size_t tk_avx2_matmul_scratch_bytes(tk_format format, size_t n) {
    if (tk_operand_of(format) == TK_OPERAND_F32) return tk_avx2_dense_scratch_bytes(n);
    return n / TK_BLOCK * sizeof(panel_block) + TK_ALIGNMENT;
}

void tk_avx2_matmul(tk_format format, const void *weights, size_t n, size_t row0, size_t row1, const void *x,
                    size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch) {
    void *panel = tk_aligned(scratch);
    size_t worth_packing = format == TK_Q8_0 ? 2 : 3;
    if (m < worth_packing && tk_operand_of(format) == TK_OPERAND_Q8) {
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
    default:
        tk_avx2_matmul_dense(format, weights, n, row0, row1, x, x_stride, m, y, y_stride, panel);
    }
}

TK_END_AVX2
#endif
