// AMX kernels: products of nine tokens and more with rows of Q4_0, Q4_1 and Q8_0, by tiles of bytes. The rest
// of this instruction set is AVX-512's.
#ifndef TESSERA_AMX_H
#define TESSERA_AMX_H

#include "../avx512/avx512.h"

#if defined(__x86_64__)

#define TK_AMX_FEATURES TK_AVX512_FEATURES ",amx-tile,amx-int8"
#define TK_BEGIN_AMX                                                                                         \
    TK_PRAGMA(clang attribute push(__attribute__((target(TK_AMX_FEATURES))), apply_to = function))
#define TK_END_AMX _Pragma("clang attribute pop")

// Whether the processor has tiles of bytes and the system lets this process use them, for which it is asked.
bool tk_amx_allowed(void);

void tk_amx_matmul(tk_format format, const void *weights, size_t n, size_t row0, size_t row1, const void *x,
                   size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch);
size_t tk_amx_matmul_scratch_bytes(tk_format format, size_t n);

#endif
#endif
