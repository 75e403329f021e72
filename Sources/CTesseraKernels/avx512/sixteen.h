// Blocks of sixteen rows of Q4_0, Q4_1 and Q8_0, unpacked: what products with several tokens compute with.
//
// As avx2/eight.h: four neighbouring weights of each of sixteen rows fill a vector, so that lane i of every
// sum is row i.
#ifndef TESSERA_AVX512_SIXTEEN_H
#define TESSERA_AVX512_SIXTEEN_H

#include "avx512.h"

#if defined(__x86_64__)
#include "../avx2/eight_rows.h"

TK_BEGIN_AVX512

enum { TK_SIXTEEN = 16, TK_SIXTEEN_STEPS = TK_BLOCK / 4 };

// 32 weights of sixteen rows; w = d * q + m.
typedef struct tk_sixteen {
    __m512i q[TK_SIXTEEN_STEPS];  // unsigned bytes: nibbles, or q + 128 of Q8_0
    __m512 d, m;
} tk_sixteen;

// Rows whose weights are taken together. All are readable; the last ones may be the same row.
typedef struct tk_sixteen_rows {
    const uint8_t *at[TK_SIXTEEN];
    __m512i distances;  // from the first row
    size_t row_bytes;
} tk_sixteen_rows;

// Rows `row` ... `row` + 15, of which those from `end` on repeat the last one.
// Distances fit 32 bits, since no row has 2^26 weights.
TK_INLINE tk_sixteen_rows tk_sixteen_rows_from(const uint8_t *weights, size_t row_bytes, size_t row,
                                               size_t end) {
    tk_sixteen_rows rows = {.row_bytes = row_bytes};
    int32_t distances[TK_SIXTEEN];
    for (size_t i = 0; i < TK_SIXTEEN; i++) {
        size_t distance = (row + i < end ? i : end - 1 - row) * row_bytes;
        rows.at[i] = weights + row * row_bytes + distance;
        distances[i] = (int32_t)distance;
    }
    rows.distances = _mm512_loadu_si512(distances);
    return rows;
}

// Sixteen bytes of each row, transposed: v[i] holds their bytes 4 i ... 4 i + 3, row after row.
TK_INLINE void tk_transpose_sixteen(const tk_sixteen_rows *rows, size_t offset, __m512i v[4]) {
    __m512i fours[4];  // rows i, i + 4, i + 8 and i + 12
    for (size_t i = 0; i < 4; i++) {
        const uint8_t *const *at = rows->at + i;
        fours[i] = _mm512_castsi128_si512(tk_load_16(at[0] + offset));
        fours[i] = _mm512_inserti32x4(fours[i], tk_load_16(at[4] + offset), 1);
        fours[i] = _mm512_inserti32x4(fours[i], tk_load_16(at[8] + offset), 2);
        fours[i] = _mm512_inserti32x4(fours[i], tk_load_16(at[12] + offset), 3);
    }
    __m512i a = _mm512_unpacklo_epi32(fours[0], fours[1]), b = _mm512_unpackhi_epi32(fours[0], fours[1]);
    __m512i c = _mm512_unpacklo_epi32(fours[2], fours[3]), d = _mm512_unpackhi_epi32(fours[2], fours[3]);
    v[0] = _mm512_unpacklo_epi64(a, c);
    v[1] = _mm512_unpackhi_epi64(a, c);
    v[2] = _mm512_unpacklo_epi64(b, d);
    v[3] = _mm512_unpackhi_epi64(b, d);
}

// The lower halves of sixteen words, as floats.
TK_INLINE __m512 tk_low_halves(__m512i words) { return _mm512_cvtph_ps(_mm512_cvtepi32_epi16(words)); }

// The block at `offset`, while as many rows behind these are asked for: sixteen rows at a time are more than
// the processor follows by itself. Nibbles are taken apart after they are transposed, when there is half as
// much to move; scales, the first word of a block, are gathered, since the vector units are what products
// wait for.
TK_INLINE void tk_load_sixteen(tk_format format, size_t block_bytes, const tk_sixteen_rows *rows,
                               size_t offset, tk_sixteen *out) {
    tk_prefetch_next_rows(rows->at[0], TK_SIXTEEN, rows->row_bytes, offset, block_bytes);
    __m512i words = _mm512_i32gather_epi32(rows->distances, rows->at[0] + offset, 1);
    out->d = tk_low_halves(words);
    out->m = format == TK_Q4_1 ? tk_low_halves(_mm512_srli_epi32(words, 16))
                               : _mm512_mul_ps(out->d, _mm512_set1_ps(format == TK_Q4_0 ? -8 : -128));
    __m512i v[4];
    if (format == TK_Q8_0) {
        for (size_t half = 0; half < 2; half++) {
            tk_transpose_sixteen(rows, offset + 2 + 16 * half, v);
            for (size_t i = 0; i < 4; i++)
                out->q[4 * half + i] = _mm512_xor_si512(v[i], _mm512_set1_epi8(-128));
        }
    } else {
        __m512i low = _mm512_set1_epi8(15);
        tk_transpose_sixteen(rows, offset + (format == TK_Q4_1 ? 4 : 2), v);
        for (size_t i = 0; i < 4; i++) {
            out->q[i] = _mm512_and_si512(v[i], low);
            out->q[4 + i] = _mm512_and_si512(_mm512_srli_epi16(v[i], 4), low);
        }
    }
}

// sums[t] += the block of sixteen rows times token t's, which begins at x + t * x_stride. Blocks are added as
// in every other product.
TK_INLINE void tk_add_sixteen(size_t tokens, const tk_sixteen *w, const uint8_t *x, size_t x_stride,
                              __m512 *sums) {
    __m512i integers[TK_MOST_FEW];
    for (size_t t = 0; t < tokens; t++) integers[t] = _mm512_setzero_si512();
#pragma clang loop unroll(full)
    for (size_t step = 0; step < TK_SIXTEEN_STEPS; step++)
        for (size_t t = 0; t < tokens; t++) {
            const tk_q8_block *block = (const void *)(x + t * x_stride);
            int32_t four;
            memcpy(&four, block->values + 4 * step, sizeof four);
            integers[t] = _mm512_dpbusd_epi32(integers[t], w->q[step], _mm512_set1_epi32(four));
        }
    for (size_t t = 0; t < tokens; t++) {
        const tk_q8_block *block = (const void *)(x + t * x_stride);
        sums[t] = _mm512_fmadd_ps(w->m, _mm512_set1_ps(block->sum), sums[t]);
        __m512 scale = _mm512_mul_ps(w->d, _mm512_set1_ps(block->scale));
        sums[t] = _mm512_fmadd_ps(scale, _mm512_cvtepi32_ps(integers[t]), sums[t]);
    }
}

// The first `count` rows.
TK_INLINE void tk_store_sixteen(__m512 sums, float *y, size_t count) {
    if (count >= TK_SIXTEEN) {
        _mm512_storeu_ps(y, sums);
    } else {
        float last[TK_SIXTEEN];
        _mm512_storeu_ps(last, sums);
        memcpy(y, last, count * sizeof(float));
    }
}

TK_END_AVX512
#endif
#endif
