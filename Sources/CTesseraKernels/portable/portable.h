// Portable kernels, also used by the other instruction sets for what needs no speed.
#ifndef TESSERA_PORTABLE_H
#define TESSERA_PORTABLE_H

#include "../blocks.h"

void tk_portable_dequantize_row(tk_format format, const void *row, size_t n, float *out);
void tk_portable_quantize_row(const float *x, size_t n, tk_q8_block *out);
void tk_portable_to_f16(const float *x, size_t n, uint16_t *out);

void tk_portable_matvec(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                        const void *x, float *y);
void tk_portable_matmul(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                        const void *x, size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch);
size_t tk_portable_matmul_scratch_bytes(tk_format format, size_t n);
size_t tk_portable_matmul_f32_scratch_floats(size_t n);
void tk_portable_matmul_f32(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                            const float *x, size_t x_stride, size_t m, float *y, size_t y_stride,
                            float *scratch);

void tk_portable_rms_norm(const float *x, const float *weight, size_t n, float epsilon, float *out);
void tk_portable_add(const float *x, size_t n, float *y);
void tk_portable_silu_mul(const float *gate, const float *up, size_t n, float *out);
void tk_portable_rope(float *head, size_t head_size, const float *cos, const float *sin, bool interleaved);
float tk_portable_log_sum_exp(const float *x, size_t n);
size_t tk_portable_argmax(const float *x, size_t n);

void tk_portable_attention(const tk_kv *kv, const tk_query *queries, size_t m, float scale, float *scratch);
void tk_portable_attention_partials(const tk_kv *kv, const tk_query *queries, size_t m, float scale,
                                    size_t chunk0, size_t chunk1, float *partials, size_t partials_stride,
                                    float *scratch);
void tk_portable_attention_merge(const float *partials, size_t chunk0, size_t chunk1, size_t head_size,
                                 float *out);

#endif
