// AVX-512 kernels: products with quantised rows through VNNI, and attention. The rest of this instruction
// set is AVX2's.
#ifndef TESSERA_AVX512_H
#define TESSERA_AVX512_H

#include "../avx2/avx2.h"

#if defined(__x86_64__)

// A build that emulates the instructions defines both as nothing.
#if !defined(TK_BEGIN_AVX512)
#define TK_AVX512_FEATURES "avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"
#define TK_PRAGMA(text) _Pragma(#text)
#define TK_BEGIN_AVX512                                                                                      \
    TK_PRAGMA(clang attribute push(__attribute__((target(TK_AVX512_FEATURES))), apply_to = function))
#define TK_END_AVX512 _Pragma("clang attribute pop")
#endif

void tk_avx512_matvec(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                      const void *x, float *y);
void tk_avx512_matmul(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                      const void *x, size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch);
// Two to sixteen tokens times rows of Q4_0, Q4_1 or Q8_0.
void tk_avx512_matmul_columns(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                              const void *x, size_t x_stride, size_t m, float *y, size_t y_stride);
enum {
    TK_MOST_FEW = 8,   // tokens whose sums fit into registers beside a block,
    TK_MOST_SOME = 16  // and tokens that go through blocks in registers
};
size_t tk_avx512_matmul_scratch_bytes(tk_format format, size_t n);

void tk_avx512_attention(const tk_kv *kv, const tk_query *queries, size_t m, float scale, float *scratch);
void tk_avx512_attention_partials(const tk_kv *kv, const tk_query *queries, size_t m, float scale,
                                  size_t chunk0, size_t chunk1, float *partials, size_t partials_stride,
                                  float *scratch);
void tk_avx512_attention_merge(const float *partials, size_t chunk0, size_t chunk1, size_t head_size,
                               float *out);

#endif
#endif
