// One to three tokens times rows of Q5_0, Q5_1 and the K formats, AVX2.
//
// As matvec.c: eight rows go together, each read where it lies, and the products of 32 weights are folded
// into one vector of eight integer sums, one lane a row, which are exact and thus those of the kernels for
// more tokens.
#include "avx2.h"

#if defined(__x86_64__)
#include "eight.h"
#include "eight_rows.h"

TK_BEGIN_AVX2

enum { FEW = 3 };

// The weights of 32 columns of eight rows, without their scales: the first and the last 16 of the pairs of
// rows (0, 4), (1, 5), (2, 6), (3, 7).
typedef struct weights {
    __m256i low[4], high[4];
} weights;

// What the integer sums of a block are scaled with: sum * d + sum_of_activations * m.
typedef struct scales {
    __m256 d, m;
} scales;

// sums[t] += a block of eight rows times block `b` of token t
TK_INLINE void add_block(tk_format format, size_t tokens, const weights *w, const scales *s,
                         const tk_q8_block *const x[], size_t b, __m256 *sums) {
#pragma clang loop unroll(full)
    for (size_t t = 0; t < tokens; t++) {
        __m256i x0 = tk_load_twice(x[t][b].values), x1 = tk_load_twice(x[t][b].values + 16);
        __m256i products[4];
        for (int i = 0; i < 4; i++)
            products[i] = _mm256_add_epi16(_mm256_maddubs_epi16(w->low[i], x0),
                                           _mm256_maddubs_epi16(w->high[i], x1));
        // Four products of nibbles may be added, two of 5 bits: 4 * 31 * 127 * 2 = 31496.
        __m256i integers = tk_fold_int16(products, format == TK_Q4_K);
        sums[t] = _mm256_fmadd_ps(s->m, _mm256_set1_ps(x[t][b].sum), sums[t]);
        __m256 factor = _mm256_mul_ps(s->d, _mm256_set1_ps(x[t][b].scale));
        sums[t] = _mm256_fmadd_ps(factor, _mm256_cvtepi32_ps(integers), sums[t]);
    }
}

TK_INLINE void add_unit_q45_k(bool fifth, size_t tokens, const tk_rows *rows, size_t offset,
                              const tk_q8_block *const x[], size_t b, __m256 *sums) {
    tk_format format = fifth ? TK_Q5_K : TK_Q4_K;
    __m256 d[8], m[8];
    tk_load_k_scales(rows, offset, d, m);
#pragma clang loop unroll(full)
    for (size_t pair = 0; pair < 4; pair++) {
        size_t at = offset + (fifth ? 48 : 16) + 32 * pair;
#pragma clang loop unroll(full)
        for (int half = 0; half < 2; half++) {
            weights w;
            int block = 2 * (int)pair + half;
            for (size_t i = 0; i < 4; i++) {
                const uint8_t *row = rows->at[i], *other = rows->at[i + 4];
                w.low[i] = tk_nibbles(tk_load_pair(row + at, other + at), 4 * half);
                w.high[i] = tk_nibbles(tk_load_pair(row + at + 16, other + at + 16), 4 * half);
                if (!fifth) continue;
                __m256i low = tk_load_pair(row + offset + 16, other + offset + 16);
                __m256i high = tk_load_pair(row + offset + 32, other + offset + 32);
                w.low[i] = _mm256_or_si256(w.low[i], tk_upper_bits(low, block, 16));
                w.high[i] = _mm256_or_si256(w.high[i], tk_upper_bits(high, block, 16));
            }
            scales s = {.d = d[block], .m = m[block]};
            add_block(format, tokens, &w, &s, x, b + (size_t)block, sums);
        }
    }
}

// Q6_K has a factor for each half of a block. So here a vector is 32 columns of one row, and its halves are those of
// the block: nothing has to be put together from two rows, and folding multiplies by the factors.
typedef struct weights_q6_k {
    __m256i q[TK_ROWS];
    __m256i factors[2];  // of rows 0...3 and 4...7: in each half of the vector, a row a lane, twice
    __m256 d;
} weights_q6_k;

TK_INLINE void add_block_q6_k(size_t tokens, const weights_q6_k *w, const tk_q8_block *const x[], size_t b,
                              __m256 *sums) {
    __m256i halves = _mm256_setr_epi64x(0x0100010001000100, 0x0100010001000100, 0x0302030203020302,
                                        0x0302030203020302);
#pragma clang loop unroll(full)
    for (size_t t = 0; t < tokens; t++) {
        __m256i values = tk_load(x[t][b].values);
        // sum of s * (q - 32) * x: what 32 adds to q is taken off again, 16 by each of two int16
        __m256i excess = _mm256_slli_epi16(_mm256_shuffle_epi8(tk_broadcast4(x[t][b].halves), halves), 4);
        __m256i of_rows[2];
        for (int group = 0; group < 2; group++) {
            __m256i products[4];
            for (int i = 0; i < 4; i++) products[i] = _mm256_maddubs_epi16(w->q[4 * group + i], values);
            of_rows[group] = _mm256_sub_epi32(tk_fold_scaled(products, w->factors[group]),
                                              _mm256_madd_epi16(excess, w->factors[group]));
        }
        __m256i integers = _mm256_add_epi32(_mm256_permute2x128_si256(of_rows[0], of_rows[1], 0x20),
                                            _mm256_permute2x128_si256(of_rows[0], of_rows[1], 0x31));
        __m256 factor = _mm256_mul_ps(w->d, _mm256_set1_ps(x[t][b].scale));
        sums[t] = _mm256_fmadd_ps(factor, _mm256_cvtepi32_ps(integers), sums[t]);
    }
}

// Bytes `first` and `first` + 1 of the lanes of one half of `bytes`, as int16 in the halves of a vector, twice.
TK_INLINE __m256i factors_q6_k(__m256i bytes, int half, int first) {
    __m256i rows = half == 0 ? _mm256_permute2x128_si256(bytes, bytes, 0x00)
                             : _mm256_permute2x128_si256(bytes, bytes, 0x11);
    long long low = 0x0480048000800080 + first * 0x0100010001000100, high = low + 0x0800080008000800;
    long long next = 0x0100010001000100;
    __m256i places = _mm256_setr_epi64x(low, high, low + next, high + next);
    return _mm256_srai_epi16(_mm256_shuffle_epi8(rows, places), 8);
}

TK_INLINE void add_unit_q6_k(size_t tokens, const tk_rows *rows, size_t offset, const tk_q8_block *const x[],
                             size_t b, __m256 *sums) {
    __m256i bytes[4];
    tk_load_columns(rows, offset + 192, bytes);
    weights_q6_k w = {.d = tk_load_halves(rows, offset + 208)};
#pragma clang loop unroll(full)
    for (size_t part = 0; part < 8; part++) {
        // 128 weights have 64 bytes of nibbles, and 32 of upper pairs of bits.
        size_t half = part / 4, left = part % 2, upper = part % 4 / 2;
        size_t at = offset + 64 * half + 32 * left, pairs = offset + 128 + 32 * half;
        int shift = 2 * (int)(left + 2 * upper);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < TK_ROWS; i++) {
            __m256i nibbles = tk_nibbles(tk_load(rows->at[i] + at), 4 * (int)upper);
            w.q[i] = _mm256_or_si256(nibbles, tk_upper_bits(tk_load(rows->at[i] + pairs), shift, 0x30));
        }
        for (int group = 0; group < 2; group++)
            w.factors[group] = factors_q6_k(bytes[part / 2], group, 2 * (int)(part % 2));
        add_block_q6_k(tokens, &w, x, b + part, sums);
    }
}

// The fifth bits of 16 weights of a pair of rows, spread to bit 4 of bytes.
TK_INLINE __m256i fifths_of_pair(const uint8_t *row, const uint8_t *other, bool last) {
    __m256i bits = _mm256_set_m128i(_mm_cvtsi32_si128((int)tk_load_u32(other)),
                                    _mm_cvtsi32_si128((int)tk_load_u32(row)));
    long long first = last ? 0x0202020202020202 : 0, second = first + 0x0101010101010101;
    __m256i places = _mm256_setr_epi64x(first, second, first, second);
    __m256i mask = _mm256_set1_epi64x((long long)0x8040201008040201);
    __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(_mm256_shuffle_epi8(bits, places), mask), mask);
    return _mm256_and_si256(set, _mm256_set1_epi8(16));
}

TK_INLINE void add_unit_q5(tk_format format, size_t tokens, const tk_rows *rows, size_t offset,
                           const tk_q8_block *const x[], size_t b, __m256 *sums) {
    bool minimum = format == TK_Q5_1;
    scales s = {.d = tk_load_halves(rows, offset)};
    s.m = minimum ? tk_load_halves(rows, offset + 2) : _mm256_mul_ps(s.d, _mm256_set1_ps(-16));
    offset += minimum ? 4 : 2;
    weights w;
    for (size_t i = 0; i < 4; i++) {
        const uint8_t *row = rows->at[i] + offset, *other = rows->at[i + 4] + offset;
        __m256i bytes = tk_load_pair(row + 4, other + 4);
        w.low[i] = _mm256_or_si256(tk_nibbles(bytes, 0), fifths_of_pair(row, other, false));
        w.high[i] = _mm256_or_si256(tk_nibbles(bytes, 4), fifths_of_pair(row, other, true));
    }
    add_block(format, tokens, &w, &s, x, b, sums);
}

// Eight rows, of which the first `count` are stored.
TK_INLINE void eight_rows(tk_format format, size_t tokens, const tk_rows *rows, size_t row_bytes,
                          size_t blocks, const uint8_t *x, size_t x_stride, float *y, size_t y_stride,
                          size_t count) {
    size_t unit = tk_unit(format), unit_bytes = tk_unit_bytes(format);
    const tk_q8_block *token[FEW];
    __m256 sums[FEW];
    for (size_t t = 0; t < tokens; t++) {
        token[t] = (const void *)(x + t * x_stride);
        sums[t] = _mm256_setzero_ps();
    }
    for (size_t b = 0; b < blocks; b += unit) {
        size_t offset = b / unit * unit_bytes;
        tk_prefetch_next_rows(rows->at[0], TK_ROWS, row_bytes, offset, unit_bytes);
        if (format == TK_Q6_K)
            add_unit_q6_k(tokens, rows, offset, token, b, sums);
        else if (format == TK_Q4_K || format == TK_Q5_K)
            add_unit_q45_k(format == TK_Q5_K, tokens, rows, offset, token, b, sums);
        else
            add_unit_q5(format, tokens, rows, offset, token, b, sums);
    }
    for (size_t t = 0; t < tokens; t++) {
        float last[TK_ROWS];
        _mm256_storeu_ps(last, sums[t]);
        memcpy(y + t * y_stride, last, count * sizeof(float));
    }
}

TK_INLINE void all_rows(tk_format format, size_t tokens, const uint8_t *weights, size_t n, size_t row0,
                        size_t row1, const uint8_t *x, size_t x_stride, float *y, size_t y_stride) {
    size_t blocks = n / TK_BLOCK, row_bytes = tk_row_bytes(format, n);
    for (size_t row = row0; row < row1; row += TK_ROWS) {
        tk_rows rows = tk_rows_from(weights, row_bytes, row, row1);
        size_t left = row1 - row;
        eight_rows(format, tokens, &rows, row_bytes, blocks, x, x_stride, y + row, y_stride,
                   left < TK_ROWS ? left : TK_ROWS);
    }
}

TK_INLINE void multiply(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                        const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride) {
    if (m == 1) all_rows(format, 1, weights, n, row0, row1, x, x_stride, y, y_stride);
    if (m == 2) all_rows(format, 2, weights, n, row0, row1, x, x_stride, y, y_stride);
    if (m == 3) all_rows(format, 3, weights, n, row0, row1, x, x_stride, y, y_stride);
}

void tk_avx2_matvecs_k(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                       const void *x, size_t x_stride, size_t m, float *y, size_t y_stride) {
    switch (format) {
    case TK_Q5_0:
        multiply(TK_Q5_0, weights, n, row0, row1, x, x_stride, m, y, y_stride);
        break;
    case TK_Q5_1:
        multiply(TK_Q5_1, weights, n, row0, row1, x, x_stride, m, y, y_stride);
        break;
    case TK_Q4_K:
        multiply(TK_Q4_K, weights, n, row0, row1, x, x_stride, m, y, y_stride);
        break;
    case TK_Q5_K:
        multiply(TK_Q5_K, weights, n, row0, row1, x, x_stride, m, y, y_stride);
        break;
    default:
        multiply(TK_Q6_K, weights, n, row0, row1, x, x_stride, m, y, y_stride);
    }
}

TK_END_AVX2
#endif
