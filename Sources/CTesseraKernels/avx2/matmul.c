// Many tokens times quantised rows, AVX2.
//
// Eight rows at a time are unpacked into a panel whose vectors hold four consecutive weights of each row. A token's
// four activations, broadcast, multiply all eight rows at once, and a block's sum needs no folding: lane i is row i.
// A tile of two panels by a few tokens keeps its sums in registers. The panels are used for all tokens of a batch that
// fits the second-level cache.
#include "avx2.h"

#if defined(__x86_64__)
TK_BEGIN_AVX2

enum {
    ROWS = 8,                      // rows of a panel
    PANELS = 2,                    // panels of a tile
    TOKENS = 3,                    // tokens of a tile
    BATCH_BYTES = 192 * 1024,      // activations that go through the panels at a time
    STEPS = TK_BLOCK / 4
};

typedef struct panel_block {
    uint8_t q[STEPS][ROWS][4];  // nibbles, or int8 of Q8_0
    float d[ROWS];
    float m[ROWS];              // w = d * q + m; unused by Q8_0
} panel_block;

// Rows of 32-bit elements become columns.
TK_INLINE void transpose_8x8(__m256i v[8]) {
    __m256i a[8], b[8];
    for (int i = 0; i < 8; i += 2) {
        a[i] = _mm256_unpacklo_epi32(v[i], v[i + 1]);
        a[i + 1] = _mm256_unpackhi_epi32(v[i], v[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        b[i] = _mm256_unpacklo_epi64(a[i], a[i + 2]);
        b[i + 1] = _mm256_unpackhi_epi64(a[i], a[i + 2]);
        b[i + 2] = _mm256_unpacklo_epi64(a[i + 1], a[i + 3]);
        b[i + 3] = _mm256_unpackhi_epi64(a[i + 1], a[i + 3]);
    }
    for (int i = 0; i < 4; i++) {
        v[i] = _mm256_permute2x128_si256(b[i], b[i + 4], 0x20);
        v[i + 4] = _mm256_permute2x128_si256(b[i], b[i + 4], 0x31);
    }
}

TK_INLINE __m256i unpack_nibbles(const uint8_t *bytes) {
    __m128i packed = _mm_loadu_si128((const void *)bytes);
    __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(packed), _mm_srli_epi16(packed, 4), 1);
    return _mm256_and_si256(both, _mm256_set1_epi8(15));
}

// Rows `row` ... `row` + 7, of which those from `end` on repeat the last one.
TK_INLINE void pack_panel(tk_format format, size_t block_bytes, const uint8_t *weights, size_t blocks, size_t row,
                          size_t end, panel_block *out) {
    const uint8_t *rows[ROWS];
    for (size_t i = 0; i < ROWS; i++) rows[i] = weights + (row + i < end ? row + i : end - 1) * blocks * block_bytes;
    for (size_t b = 0; b < blocks; b++) {
        __m256i v[ROWS];
        for (size_t i = 0; i < ROWS; i++) {
            const uint8_t *bytes = rows[i] + b * block_bytes;
            v[i] = format == TK_Q8_0 ? tk_load(bytes + 2) : unpack_nibbles(bytes + (format == TK_Q4_1 ? 4 : 2));
        }
        transpose_8x8(v);
        for (size_t i = 0; i < STEPS; i++) _mm256_storeu_si256((void *)out[b].q[i], v[i]);
        __m128i d = _mm_setzero_si128(), m = _mm_setzero_si128();
        uint16_t halves[2][ROWS];
        for (size_t i = 0; i < ROWS; i++) {
            halves[0][i] = tk_load_u16(rows[i] + b * block_bytes);
            halves[1][i] = format == TK_Q4_1 ? tk_load_u16(rows[i] + b * block_bytes + 2) : 0;
        }
        d = _mm_loadu_si128((const void *)halves[0]);
        m = _mm_loadu_si128((const void *)halves[1]);
        __m256 scale = _mm256_cvtph_ps(d);
        _mm256_storeu_ps(out[b].d, scale);
        if (format == TK_Q4_1) _mm256_storeu_ps(out[b].m, _mm256_cvtph_ps(m));
        if (format == TK_Q4_0) _mm256_storeu_ps(out[b].m, _mm256_mul_ps(scale, _mm256_set1_ps(-8)));
    }
}

// int16 sums of a block for unsigned nibbles: at most 8 * 2 * 15 * 127 = 30480. For int8 weights, int32 sums.
TK_INLINE __m256i add_products(tk_format format, __m256i sum, __m256i w, __m256i magnitude, __m256i x) {
    if (format != TK_Q8_0) return _mm256_add_epi16(sum, _mm256_maddubs_epi16(w, x));
    __m256i products = _mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(x, w));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(products, _mm256_set1_epi16(1)));
}

// sums[p][t]: eight rows of panel p times token t
TK_INLINE void tile(tk_format format, size_t panels, size_t tokens, const panel_block *panel, size_t blocks,
                    const tk_q8_block *const x[TOKENS], __m256 sums[PANELS][TOKENS]) {
    for (size_t p = 0; p < panels; p++)
        for (size_t t = 0; t < tokens; t++) sums[p][t] = _mm256_setzero_ps();
    for (size_t b = 0; b < blocks; b++) {
        __m256i integers[PANELS][TOKENS];
        for (size_t p = 0; p < panels; p++)
            for (size_t t = 0; t < tokens; t++) integers[p][t] = _mm256_setzero_si256();
#pragma clang loop unroll(full)
        for (size_t step = 0; step < STEPS; step++) {
            __m256i w[PANELS], magnitude[PANELS];
            for (size_t p = 0; p < panels; p++) {
                w[p] = tk_load(panel[p * blocks + b].q[step]);
                magnitude[p] = format == TK_Q8_0 ? _mm256_abs_epi8(w[p]) : w[p];
            }
            for (size_t t = 0; t < tokens; t++) {
                __m256i four = tk_broadcast4(x[t][b].values + 4 * step);
                for (size_t p = 0; p < panels; p++)
                    integers[p][t] = add_products(format, integers[p][t], w[p], magnitude[p], four);
            }
        }
        for (size_t p = 0; p < panels; p++) {
            __m256 d = _mm256_loadu_ps(panel[p * blocks + b].d);
            __m256 m = _mm256_loadu_ps(panel[p * blocks + b].m);
            for (size_t t = 0; t < tokens; t++) {
                __m256i whole = integers[p][t];
                if (format != TK_Q8_0) {
                    whole = _mm256_madd_epi16(whole, _mm256_set1_epi16(1));
                    sums[p][t] = _mm256_fmadd_ps(m, _mm256_set1_ps(x[t][b].sum), sums[p][t]);
                }
                __m256 scale = _mm256_mul_ps(d, _mm256_set1_ps(x[t][b].scale));
                sums[p][t] = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(whole), sums[p][t]);
            }
        }
    }
}

// `count` rows (at most panels * 8) times `tokens` tokens, stored to y[t * y_stride].
TK_INLINE void store_tile(tk_format format, size_t panels, size_t tokens, const panel_block *panel, size_t blocks,
                          const uint8_t *x, size_t x_stride, float *y, size_t y_stride, size_t count) {
    const tk_q8_block *token[TOKENS];
    for (size_t t = 0; t < tokens; t++) token[t] = (const void *)(x + t * x_stride);
    __m256 sums[PANELS][TOKENS];
    tile(format, panels, tokens, panel, blocks, token, sums);
    for (size_t t = 0; t < tokens; t++)
        for (size_t p = 0; p < panels; p++) {
            float *out = y + t * y_stride + p * ROWS;
            if (count >= (p + 1) * ROWS) {
                _mm256_storeu_ps(out, sums[p][t]);
            } else {
                float last[ROWS];
                _mm256_storeu_ps(last, sums[p][t]);
                memcpy(out, last, (count - p * ROWS) * sizeof(float));
            }
        }
}

TK_INLINE void panels_times_tokens(tk_format format, size_t panels, const panel_block *panel, size_t blocks,
                                   const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride,
                                   size_t count) {
    size_t t = 0;
    for (; t + 3 <= m; t += 3)
        store_tile(format, panels, 3, panel, blocks, x + t * x_stride, x_stride, y + t * y_stride, y_stride, count);
    if (m - t == 2)
        store_tile(format, panels, 2, panel, blocks, x + t * x_stride, x_stride, y + t * y_stride, y_stride, count);
    if (m - t == 1)
        store_tile(format, panels, 1, panel, blocks, x + t * x_stride, x_stride, y + t * y_stride, y_stride, count);
}

TK_INLINE void matmul(tk_format format, size_t block_bytes, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                      const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride, panel_block *panel) {
    size_t blocks = n / TK_BLOCK;
    size_t batch = BATCH_BYTES / (blocks * sizeof(tk_q8_block) + 1) / TOKENS * TOKENS;
    if (batch < 4 * TOKENS) batch = 4 * TOKENS;
    for (size_t t = 0; t < m; t += batch) {
        size_t tokens = m - t < batch ? m - t : batch;
        for (size_t row = row0; row < row1; row += PANELS * ROWS) {
            size_t count = row1 - row;
            pack_panel(format, block_bytes, weights, blocks, row, row1, panel);
            if (count > ROWS) {
                pack_panel(format, block_bytes, weights, blocks, row + ROWS, row1, panel + blocks);
                panels_times_tokens(format, 2, panel, blocks, x + t * x_stride, x_stride, tokens,
                                    y + t * y_stride + row, y_stride, count);
            } else {
                panels_times_tokens(format, 1, panel, blocks, x + t * x_stride, x_stride, tokens,
                                    y + t * y_stride + row, y_stride, count);
            }
        }
    }
}

size_t tk_avx2_matmul_scratch_bytes(tk_format format, size_t n) {
    if (tk_operand_of(format) == TK_OPERAND_F32) return tk_avx2_dense_scratch_bytes(n);
    return PANELS * (n / TK_BLOCK) * sizeof(panel_block) + TK_ALIGNMENT;
}

void tk_avx2_matmul(tk_format format, const void *weights, size_t n, size_t row0, size_t row1, const void *x,
                    size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch) {
    void *panel = tk_aligned(scratch);
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
