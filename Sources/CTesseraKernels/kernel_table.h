// What one instruction set implements. `dispatch.c` sends each public function to the table of the `isa` it
// is given.
#ifndef TESSERA_KERNEL_TABLE_H
#define TESSERA_KERNEL_TABLE_H

#include "include/tessera_kernels.h"

// Parameters are those of the public functions without `isa`.
typedef struct tk_kernel_table {
    void (*dequantize_row)(tk_format format, const void *row, size_t n, float *out);
    void (*quantize_row)(const float *x, size_t n, tk_q8_block *out);
    void (*matvec)(tk_format format, const void *weights, size_t n, size_t row0, size_t row1, const void *x,
                   float *y);
    void (*matmul)(tk_format format, const void *weights, size_t n, size_t row0, size_t row1, const void *x,
                   size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch);
    size_t (*matmul_scratch_bytes)(tk_format format, size_t n);
    void (*matmul_f32)(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                       const float *x, size_t x_stride, size_t m, float *y, size_t y_stride, float *scratch);
    size_t (*matmul_f32_scratch_floats)(size_t n);
    void (*rms_norm)(const float *x, const float *weight, size_t n, float epsilon, float *out);
    void (*add)(const float *x, size_t n, float *y);
    void (*silu_mul)(const float *gate, const float *up, size_t n, float *out);
    void (*rope)(float *head, size_t head_size, const float *cos, const float *sin, bool interleaved);
    float (*log_sum_exp)(const float *x, size_t n);
    size_t (*argmax)(const float *x, size_t n);
    void (*to_f16)(const float *x, size_t n, uint16_t *out);
    void (*attention)(const tk_kv *kv, const tk_query *queries, size_t m, float scale, float *scratch);
    void (*attention_partials)(const tk_kv *kv, const tk_query *queries, size_t m, float scale, size_t chunk0,
                               size_t chunk1, float *partials, size_t partials_stride, float *scratch);
    void (*attention_merge)(const float *partials, size_t chunk0, size_t chunk1, size_t head_size,
                            float *out);
} tk_kernel_table;

extern const tk_kernel_table tk_portable_kernels;
#if defined(__x86_64__)
extern const tk_kernel_table tk_avx2_kernels;
extern const tk_kernel_table tk_avx512_kernels;
extern const tk_kernel_table tk_amx_kernels;
#endif

#endif
