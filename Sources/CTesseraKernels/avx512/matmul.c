// Many tokens times quantised rows, AVX-512 VNNI: avx2/matmul.c with panels of sixteen rows.
#include "avx512.h"

#if defined(__x86_64__)
#include "../avx2/eight_rows.h"
#include "../avx2/panel.h"

TK_BEGIN_AVX512

enum {
    ROWS = 16,                 // rows of a panel
    TOKENS = 8,                // tokens of a tile
    BATCH_BYTES = 384 * 1024,  // activations that go through the panels at a time
    STEPS = TK_BLOCK / 4
};

typedef struct panel_block {
    uint8_t q[STEPS][ROWS][4];  // unsigned: nibbles, or q + 128 of Q8_0
    float d[ROWS];
    float m[ROWS];  // w = d * q + m
} panel_block;

// Sixteen bytes of each row, transposed: v[i] holds their bytes 4 i ... 4 i + 3, row after row.
TK_INLINE void transpose_rows(const uint8_t *const rows[ROWS], size_t offset, __m512i v[4]) {
    __m512i fours[4];  // rows i, i + 4, i + 8 and i + 12
    for (size_t i = 0; i < 4; i++) {
        fours[i] = _mm512_castsi128_si512(_mm_loadu_si128((const void *)(rows[i] + offset)));
        fours[i] = _mm512_inserti32x4(fours[i], _mm_loadu_si128((const void *)(rows[i + 4] + offset)), 1);
        fours[i] = _mm512_inserti32x4(fours[i], _mm_loadu_si128((const void *)(rows[i + 8] + offset)), 2);
        fours[i] = _mm512_inserti32x4(fours[i], _mm_loadu_si128((const void *)(rows[i + 12] + offset)), 3);
    }
    __m512i a = _mm512_unpacklo_epi32(fours[0], fours[1]), b = _mm512_unpackhi_epi32(fours[0], fours[1]);
    __m512i c = _mm512_unpacklo_epi32(fours[2], fours[3]), d = _mm512_unpackhi_epi32(fours[2], fours[3]);
    v[0] = _mm512_unpacklo_epi64(a, c);
    v[1] = _mm512_unpackhi_epi64(a, c);
    v[2] = _mm512_unpacklo_epi64(b, d);
    v[3] = _mm512_unpackhi_epi64(b, d);
}

// The lower halves of sixteen words, as floats.
TK_INLINE __m512 low_halves(__m512i words) { return _mm512_cvtph_ps(_mm512_cvtepi32_epi16(words)); }

// Rows `row` ... `row` + 15, of which those from `end` on repeat the last one. Nibbles are taken apart after they are
// transposed, when there is half as much to move.
TK_INLINE void pack_panel(tk_format format, size_t block_bytes, const uint8_t *weights, size_t blocks,
                          size_t row, size_t end, panel_block *out) {
    const uint8_t *rows[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = weights + (row + i < end ? row + i : end - 1) * blocks * block_bytes;
    for (size_t b = 0; b < blocks; b++) {
        size_t offset = b * block_bytes;
        // Sixteen rows at a time are more than the processor follows by itself.
        tk_prefetch_next_rows(rows[0], ROWS, blocks * block_bytes, offset, block_bytes);
        __m512i v[4];
        if (format == TK_Q8_0) {
            for (size_t half = 0; half < 2; half++) {
                transpose_rows(rows, offset + 2 + 16 * half, v);
                for (size_t i = 0; i < 4; i++)
                    _mm512_storeu_si512((void *)out[b].q[4 * half + i],
                                        _mm512_xor_si512(v[i], _mm512_set1_epi8(-128)));
            }
        } else {
            __m512i low = _mm512_set1_epi8(15);
            transpose_rows(rows, offset + (format == TK_Q4_1 ? 4 : 2), v);
            for (size_t i = 0; i < 4; i++) {
                _mm512_storeu_si512((void *)out[b].q[i], _mm512_and_si512(v[i], low));
                _mm512_storeu_si512((void *)out[b].q[4 + i],
                                    _mm512_and_si512(_mm512_srli_epi16(v[i], 4), low));
            }
        }
        transpose_rows(rows, offset, v);  // scales are the first word of a block
        __m512 d = low_halves(v[0]);
        __m512 m = format == TK_Q4_1 ? low_halves(_mm512_srli_epi32(v[0], 16))
                                     : _mm512_mul_ps(d, _mm512_set1_ps(format == TK_Q4_0 ? -8 : -128));
        _mm512_storeu_ps(out[b].d, d);
        _mm512_storeu_ps(out[b].m, m);
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
    switch (m) {
    case 7: return store_tile(7, panel, blocks, x, x_stride, y, y_stride, count);
    case 6: return store_tile(6, panel, blocks, x, x_stride, y, y_stride, count);
    case 5: return store_tile(5, panel, blocks, x, x_stride, y, y_stride, count);
    case 4: return store_tile(4, panel, blocks, x, x_stride, y, y_stride, count);
    case 3: return store_tile(3, panel, blocks, x, x_stride, y, y_stride, count);
    case 2: return store_tile(2, panel, blocks, x, x_stride, y, y_stride, count);
    case 1: return store_tile(1, panel, blocks, x, x_stride, y, y_stride, count);
    }
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

size_t tk_avx512_matmul_scratch_bytes(tk_format format, size_t n) {
    size_t others = tk_avx2_matmul_scratch_bytes(format, n),
           own = n / TK_BLOCK * sizeof(panel_block) + TK_ALIGNMENT;
    return others > own ? others : own;
}

void tk_avx512_matmul(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                      const void *x, size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch) {
    void *panel = tk_aligned(scratch);
    bool own = format == TK_Q4_0 || format == TK_Q4_1 || format == TK_Q8_0;
    if (m == 1 && own) {
        tk_avx512_matvec(format, weights, n, row0, row1, x, y);
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
