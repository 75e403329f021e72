// Blocks of eight rows, unpacked: what every product of quantised rows but that with one token of the
// simplest formats computes with, and the products themselves.
//
// Four neighbouring weights of each of eight rows fill a vector, so that multiplying by four activations in
// every lane adds to eight rows at once, and a block's sum needs no folding: lane i is row i.
#ifndef TESSERA_AVX2_EIGHT_H
#define TESSERA_AVX2_EIGHT_H

#include "avx2.h"

#if defined(__x86_64__)
TK_BEGIN_AVX2

enum { TK_STEPS = TK_BLOCK / 4 };

// 32 weights of eight rows; w = d * q + m, but for Q6_K d * s * (q - 32).
typedef struct tk_eight {
    uint8_t q[TK_STEPS][8][4];  // unsigned, or int8 of Q8_0
    float d[8];
    union {
        float m[8];       // unused by Q8_0
        int16_t s[8][2];  // of the two halves of a block of Q6_K
    };
} tk_eight;

// Rows whose weights are taken together. All are readable; the last ones may be the same row.
typedef struct tk_rows {
    const uint8_t *at[8];
} tk_rows;

// Rows `row` ... `row` + 7, of which those from `end` on repeat the last one.
TK_INLINE tk_rows tk_rows_from(const uint8_t *weights, size_t row_bytes, size_t row, size_t end) {
    tk_rows rows;
    for (size_t i = 0; i < 8; i++) rows.at[i] = weights + (row + i < end ? row + i : end - 1) * row_bytes;
    return rows;
}

// Weights that are unpacked at once, in blocks.
TK_INLINE size_t tk_unit(tk_format format) {
    return format == TK_Q4_K || format == TK_Q5_K || format == TK_Q6_K ? TK_SUPER_BLOCK / TK_BLOCK : 1;
}

// The bytes of a unit of one row.
TK_INLINE size_t tk_unit_bytes(tk_format format) {
    return format == TK_Q4_0   ? TK_Q4_0_BYTES
           : format == TK_Q4_1 ? TK_Q4_1_BYTES
           : format == TK_Q5_0 ? TK_Q5_0_BYTES
           : format == TK_Q5_1 ? TK_Q5_1_BYTES
           : format == TK_Q8_0 ? TK_Q8_0_BYTES
           : format == TK_Q4_K ? TK_Q4_K_BYTES
           : format == TK_Q5_K ? TK_Q5_K_BYTES
                               : TK_Q6_K_BYTES;
}

// 16 bytes of each row become four of each, in vectors of eight rows.
TK_INLINE void tk_load_columns(const tk_rows *rows, size_t offset, __m256i out[4]) {
    __m256i v[4], pairs[4];
    for (int i = 0; i < 4; i++) v[i] = tk_load_pair(rows->at[i] + offset, rows->at[i + 4] + offset);
    pairs[0] = _mm256_unpacklo_epi32(v[0], v[1]);
    pairs[1] = _mm256_unpackhi_epi32(v[0], v[1]);
    pairs[2] = _mm256_unpacklo_epi32(v[2], v[3]);
    pairs[3] = _mm256_unpackhi_epi32(v[2], v[3]);
    out[0] = _mm256_unpacklo_epi64(pairs[0], pairs[2]);
    out[1] = _mm256_unpackhi_epi64(pairs[0], pairs[2]);
    out[2] = _mm256_unpacklo_epi64(pairs[1], pairs[3]);
    out[3] = _mm256_unpackhi_epi64(pairs[1], pairs[3]);
}

// An f16 of each row. Scalar instructions put them together, because the vector units are what products wait
// for.
TK_INLINE __m256 tk_load_halves(const tk_rows *rows, size_t offset) {
    uint64_t words[2];
    for (int i = 0; i < 2; i++) {
        uint64_t a = tk_load_u16(rows->at[4 * i] + offset), b = tk_load_u16(rows->at[4 * i + 1] + offset);
        uint64_t c = tk_load_u16(rows->at[4 * i + 2] + offset), d = tk_load_u16(rows->at[4 * i + 3] + offset);
        words[i] = (a | b << 16) | (c << 32 | d << 48);
    }
    return _mm256_cvtph_ps(_mm_set_epi64x((long long)words[1], (long long)words[0]));
}

TK_INLINE __m256i tk_nibbles(__m256i bytes, int shift) {
    return _mm256_and_si256(_mm256_srli_epi16(bytes, shift), _mm256_set1_epi8(15));
}

// The bits of every byte from bit `shift` on that fit `mask`, whose lowest bit is 16.
TK_INLINE __m256i tk_upper_bits(__m256i bytes, int shift, char mask) {
    __m256i moved = shift < 4 ? _mm256_slli_epi16(bytes, 4 - shift) : _mm256_srli_epi16(bytes, shift - 4);
    return _mm256_and_si256(moved, _mm256_set1_epi8(mask));
}

// Bit 4 of every byte: bits 4 step ... 4 step + 3 of each row's 32.
TK_INLINE __m256i tk_spread_fifth_bits(__m256i bits, int step) {
    __m256i same = _mm256_shuffle_epi8(
        bits, _mm256_add_epi8(_mm256_set1_epi8((char)(step / 2)),
                              _mm256_setr_epi8(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12, 0, 0, 0, 0,
                                               4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12)));
    __m256i mask = _mm256_set1_epi32(step % 2 == 0 ? 0x08040201 : (int)0x80402010);
    __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(same, mask), mask);
    return _mm256_and_si256(set, _mm256_set1_epi8(16));
}

TK_INLINE void tk_store_step(tk_eight *out, int step, __m256i q) {
    _mm256_storeu_si256((void *)out->q[step], q);
}

// One block of the formats with blocks of 32.
TK_INLINE void tk_unpack_block(tk_format format, const tk_rows *rows, size_t offset, tk_eight *out) {
    bool minimum = format == TK_Q4_1 || format == TK_Q5_1, fifth = format == TK_Q5_0 || format == TK_Q5_1;
    __m256 d = tk_load_halves(rows, offset);
    _mm256_storeu_ps(out->d, d);
    if (minimum) _mm256_storeu_ps(out->m, tk_load_halves(rows, offset + 2));
    if (format == TK_Q4_0) _mm256_storeu_ps(out->m, _mm256_mul_ps(d, _mm256_set1_ps(-8)));
    if (format == TK_Q5_0) _mm256_storeu_ps(out->m, _mm256_mul_ps(d, _mm256_set1_ps(-16)));
    offset += minimum ? 4 : 2;
    __m256i columns[4], bits = _mm256_setzero_si256();
    if (fifth) {
        bits =
            _mm256_setr_epi32((int)tk_load_u32(rows->at[0] + offset), (int)tk_load_u32(rows->at[1] + offset),
                              (int)tk_load_u32(rows->at[2] + offset), (int)tk_load_u32(rows->at[3] + offset),
                              (int)tk_load_u32(rows->at[4] + offset), (int)tk_load_u32(rows->at[5] + offset),
                              (int)tk_load_u32(rows->at[6] + offset), (int)tk_load_u32(rows->at[7] + offset));
        offset += 4;
    }
    tk_load_columns(rows, offset, columns);
    for (int i = 0; i < 4; i++) {
        if (format == TK_Q8_0) {
            tk_store_step(out, i, columns[i]);
            continue;
        }
        __m256i low = tk_nibbles(columns[i], 0), high = tk_nibbles(columns[i], 4);
        if (fifth) {
            low = _mm256_or_si256(low, tk_spread_fifth_bits(bits, i));
            high = _mm256_or_si256(high, tk_spread_fifth_bits(bits, i + 4));
        }
        tk_store_step(out, i, low);
        tk_store_step(out, i + 4, high);
    }
    if (format == TK_Q8_0) {
        tk_load_columns(rows, offset + 16, columns);
        for (int i = 0; i < 4; i++) tk_store_step(out, i + 4, columns[i]);
    }
}

TK_INLINE __m256 tk_byte_of(__m256i dwords, int i) {
    return _mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srli_epi32(dwords, 8 * i), _mm256_set1_epi32(255)));
}

// The f16 in the lower or upper half of every 32 bits.
TK_INLINE __m256 tk_half_of(__m256i dwords, bool upper) {
    __m256i words =
        upper ? _mm256_srli_epi32(dwords, 16) : _mm256_and_si256(dwords, _mm256_set1_epi32(0xffff));
    return _mm256_cvtph_ps(
        _mm_packus_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
}

// The scales d and minima m of the eight blocks of 32 in a block of Q4_K or Q5_K, w = d * q + m.
TK_INLINE void tk_load_k_scales(const tk_rows *rows, size_t offset, __m256 d[8], __m256 m[8]) {
    __m256i header[4], s[2], t[2], six = _mm256_set1_epi8(63), four = _mm256_set1_epi8(15);
    __m256i top = _mm256_set1_epi8(0x30);
    tk_load_columns(rows, offset, header);
    __m256 of_d = tk_half_of(header[0], false), of_m = tk_half_of(header[0], true);
    s[0] = _mm256_and_si256(header[1], six);
    t[0] = _mm256_and_si256(header[2], six);
    s[1] = _mm256_or_si256(_mm256_and_si256(header[3], four),
                           _mm256_and_si256(_mm256_srli_epi16(header[1], 2), top));
    t[1] = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(header[3], 4), four),
                           _mm256_and_si256(_mm256_srli_epi16(header[2], 2), top));
    for (int b = 0; b < 8; b++) {
        d[b] = _mm256_mul_ps(of_d, tk_byte_of(s[b / 4], b % 4));
        m[b] = _mm256_xor_ps(_mm256_mul_ps(of_m, tk_byte_of(t[b / 4], b % 4)), _mm256_set1_ps(-0.0f));
    }
}

// A block of 256 weights of Q4_K or Q5_K.
TK_INLINE void tk_unpack_q45_k(bool fifth, const tk_rows *rows, size_t offset, tk_eight out[8]) {
    __m256 d[8], m[8];
    tk_load_k_scales(rows, offset, d, m);
    for (int b = 0; b < 8; b++) {
        _mm256_storeu_ps(out[b].d, d[b]);
        _mm256_storeu_ps(out[b].m, m[b]);
    }
    __m256i bits[2][4], columns[4];
    for (size_t half = 0; half < 2; half++) {
        if (fifth) tk_load_columns(rows, offset + 16 + 16 * half, bits[half]);
        for (size_t pair = 0; pair < 4; pair++) {
            tk_load_columns(rows, offset + (fifth ? 48 : 16) + 32 * pair + 16 * half, columns);
            for (int i = 0; i < 4; i++)
                for (int b = 0; b < 2; b++) {
                    __m256i q = tk_nibbles(columns[i], 4 * b);
                    if (fifth)
                        q = _mm256_or_si256(q, tk_upper_bits(bits[half][i], 2 * (int)pair + b, 16));
                    tk_store_step(out + 2 * pair + (size_t)b, 4 * (int)half + i, q);
                }
        }
    }
}

// A block of 256 weights of Q6_K.
TK_INLINE void tk_unpack_q6_k(const tk_rows *rows, size_t offset, tk_eight out[8]) {
    __m256i scales[4], low = _mm256_set1_epi32(0xffff);
    __m256 d = tk_load_halves(rows, offset + 208);
    tk_load_columns(rows, offset + 192, scales);
    for (int b = 0; b < 8; b++) {
        __m256i pair = _mm256_srli_epi32(scales[b / 2], 16 * (b % 2));
        __m256i first = _mm256_and_si256(_mm256_srai_epi32(_mm256_slli_epi32(pair, 24), 24), low);
        __m256i second = _mm256_andnot_si256(low, _mm256_srai_epi16(_mm256_slli_epi32(pair, 16), 8));
        _mm256_storeu_si256((void *)out[b].s, _mm256_or_si256(first, second));
        _mm256_storeu_ps(out[b].d, d);
    }
    for (size_t part = 0; part < 4; part++) {  // 16 of every 32 bytes of each half of the block
        size_t half = part / 2, at = 16 * (part % 2);
        __m256i pairs[4], columns[4];
        tk_load_columns(rows, offset + 128 + 32 * half + at, pairs);
        for (int left = 0; left < 2; left++) {  // weights 0...31 and 64...95, then the others
            tk_load_columns(rows, offset + 64 * half + 32 * (size_t)left + at, columns);
            for (int i = 0; i < 4; i++)
                for (int b = 0; b < 2; b++) {
                    __m256i q = _mm256_or_si256(tk_nibbles(columns[i], 4 * b),
                                                tk_upper_bits(pairs[i], 2 * (left + 2 * b), 0x30));
                    tk_store_step(out + 4 * half + (size_t)(left + 2 * b), 4 * (int)(part % 2) + i, q);
                }
        }
    }
}

// A unit of blocks, from block `b` of the rows on.
TK_INLINE void tk_unpack_unit(tk_format format, const tk_rows *rows, size_t b, tk_eight *out) {
    size_t unit = tk_unit(format);
    size_t offset = b / unit * tk_unit_bytes(format);
    if (format == TK_Q6_K)
        tk_unpack_q6_k(rows, offset, out);
    else if (format == TK_Q4_K || format == TK_Q5_K)
        tk_unpack_q45_k(format == TK_Q5_K, rows, offset, out);
    else
        tk_unpack_block(format, rows, offset, out);
}

// Steps whose int16 sums cannot overflow: 2 * 127 * 15 * 8 = 30480 for nibbles, 2 * 127 * 31 * 4 = 31496 for
// 5 bits, 2 * 127 * 63 * 2 = 32004 for 6 bits.
TK_INLINE int tk_narrow_steps(tk_format format) {
    switch (format) {
    case TK_Q8_0:
        return 1;
    case TK_Q6_K:
        return 2;
    case TK_Q5_0:
    case TK_Q5_1:
    case TK_Q5_K:
        return 4;
    default:
        return 8;
    }
}

enum { TK_MOST_TOKENS = 4 };

// sums[t] += the block of eight rows times block `b` of token t
TK_INLINE void tk_add_eight(tk_format format, size_t tokens, const tk_eight *w, const tk_q8_block *const x[],
                            size_t b, __m256 *sums) {
    __m256i wide[TK_MOST_TOKENS], narrow[TK_MOST_TOKENS];
    __m256i scale = _mm256_set1_epi16(1);
    int narrow_steps = tk_narrow_steps(format);
    for (size_t t = 0; t < tokens; t++) wide[t] = _mm256_setzero_si256();
#pragma clang loop unroll(full)
    for (int step = 0; step < TK_STEPS; step++) {
        __m256i q = tk_load(w->q[step]);
        __m256i magnitude = format == TK_Q8_0 ? _mm256_abs_epi8(q) : q;  // |-128| as an unsigned byte is 128
        if (format == TK_Q6_K && step % 4 == 0) {
            __m256i s = tk_load(w->s), low = _mm256_set1_epi32(0xffff);
            scale = step == 0 ? _mm256_or_si256(_mm256_and_si256(s, low), _mm256_slli_epi32(s, 16))
                              : _mm256_or_si256(_mm256_srli_epi32(s, 16), _mm256_andnot_si256(low, s));
        }
        for (size_t t = 0; t < tokens; t++) {
            __m256i four = tk_broadcast4(x[t][b].values + 4 * step);
            if (format == TK_Q8_0) four = _mm256_sign_epi8(four, q);
            __m256i products = _mm256_maddubs_epi16(magnitude, four);
            narrow[t] = step % narrow_steps == 0 ? products : _mm256_add_epi16(narrow[t], products);
            // Keeps the compiler from reordering the additions, for which it would spill registers.
            __asm__("" : "+x"(narrow[t]));
            if (step % narrow_steps != narrow_steps - 1) continue;
            wide[t] = _mm256_add_epi32(wide[t], _mm256_madd_epi16(narrow[t], scale));
            __asm__("" : "+x"(wide[t]));
        }
    }
    __m256 d = _mm256_loadu_ps(w->d), m = _mm256_loadu_ps(w->m);
    for (size_t t = 0; t < tokens; t++) {
        if (format == TK_Q6_K) {
            // sum of s * (q - 32) * x: what 32 adds to q is taken off again
            __m256i of_halves = _mm256_madd_epi16(tk_load(w->s), tk_broadcast4(x[t][b].halves));
            wide[t] = _mm256_sub_epi32(wide[t], _mm256_slli_epi32(of_halves, 5));
        } else if (format != TK_Q8_0) {
            sums[t] = _mm256_fmadd_ps(m, _mm256_set1_ps(x[t][b].sum), sums[t]);
        }
        __m256 factor = _mm256_mul_ps(d, _mm256_set1_ps(x[t][b].scale));
        sums[t] = _mm256_fmadd_ps(factor, _mm256_cvtepi32_ps(wide[t]), sums[t]);
    }
}

TK_END_AVX2
#endif
#endif
