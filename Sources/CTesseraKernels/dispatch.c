// The public kernels: each goes to the table of the instruction set it is asked for.
#include "kernel_table.h"

static const tk_kernel_table *table(tk_isa isa) {
#if defined(__x86_64__)
    if (isa == TK_ISA_AVX2) return &tk_avx2_kernels;
    if (isa == TK_ISA_AVX512VNNI) return &tk_avx512_kernels;
    if (isa == TK_ISA_AMX) return &tk_amx_kernels;
#else
    (void)isa;
#endif
    return &tk_portable_kernels;
}

void tk_dequantize_row(tk_isa isa, tk_format format, const void *row, size_t n, float *out) {
    table(isa)->dequantize_row(format, row, n, out);
}

void tk_quantize_row(tk_isa isa, const float *x, size_t n, tk_q8_block *out) {
    table(isa)->quantize_row(x, n, out);
}

void tk_matvec(tk_isa isa, tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
               const void *x, float *y) {
    if (row0 < row1) table(isa)->matvec(format, weights, n, row0, row1, x, y);
}

void tk_matmul(tk_isa isa, tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
               const void *x, size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch) {
    if (row0 >= row1 || m == 0) return;
    table(isa)->matmul(format, weights, n, row0, row1, x, x_stride, m, y, y_stride, scratch);
}

size_t tk_matmul_scratch_bytes(tk_isa isa, tk_format format, size_t n) {
    return table(isa)->matmul_scratch_bytes(format, n);
}

void tk_matmul_f32(tk_isa isa, tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                   const float *x, size_t x_stride_floats, size_t m, float *y, size_t y_stride,
                   float *scratch) {
    if (row0 >= row1 || m == 0) return;
    table(isa)->matmul_f32(format, weights, n, row0, row1, x, x_stride_floats, m, y, y_stride, scratch);
}

size_t tk_matmul_f32_scratch_floats(tk_isa isa, size_t n) {
    return table(isa)->matmul_f32_scratch_floats(n);
}

void tk_rms_norm(tk_isa isa, const float *x, const float *weight, size_t n, float epsilon, float *out) {
    table(isa)->rms_norm(x, weight, n, epsilon, out);
}

void tk_add(tk_isa isa, const float *x, size_t n, float *y) {
    table(isa)->add(x, n, y);
}

void tk_silu_mul(tk_isa isa, const float *gate, const float *up, size_t n, float *out) {
    table(isa)->silu_mul(gate, up, n, out);
}

void tk_rope(tk_isa isa, float *head, size_t head_size, const float *cos, const float *sin,
             bool interleaved) {
    table(isa)->rope(head, head_size, cos, sin, interleaved);
}

float tk_log_sum_exp(tk_isa isa, const float *x, size_t n) {
    return table(isa)->log_sum_exp(x, n);
}

size_t tk_argmax(tk_isa isa, const float *x, size_t n) {
    return table(isa)->argmax(x, n);
}

void tk_to_f16(tk_isa isa, const float *x, size_t n, uint16_t *out) {
    table(isa)->to_f16(x, n, out);
}

void tk_attention(tk_isa isa, const tk_kv *kv, const tk_query *queries, size_t m, float scale,
                  float *scratch) {
    table(isa)->attention(kv, queries, m, scale, scratch);
}

void tk_attention_partials(tk_isa isa, const tk_kv *kv, const tk_query *queries, size_t m, float scale,
                           size_t chunk0, size_t chunk1, float *partials, size_t partials_stride,
                           float *scratch) {
    table(isa)->attention_partials(kv, queries, m, scale, chunk0, chunk1, partials, partials_stride, scratch);
}

void tk_attention_merge(tk_isa isa, const float *partials, size_t chunk0, size_t chunk1, size_t head_size,
                        float *out) {
    table(isa)->attention_merge(partials, chunk0, chunk1, head_size, out);
}
