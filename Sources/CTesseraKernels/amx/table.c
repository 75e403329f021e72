// The AMX instruction set (tiles of bytes): its own products of many quantised tokens; the rest as AVX-512
// VNNI.
#include "../kernel_table.h"
#include "amx.h"

#if defined(__x86_64__)
const tk_kernel_table tk_amx_kernels = {
    .dequantize_row = tk_avx2_dequantize_row,
    .quantize_row = tk_avx2_quantize_row,
    .matvec = tk_avx512_matvec,
    .matmul = tk_amx_matmul,
    .matmul_scratch_bytes = tk_amx_matmul_scratch_bytes,
    .matmul_f32 = tk_avx2_matmul_f32,
    .matmul_f32_scratch_floats = tk_avx2_matmul_f32_scratch_floats,
    .rms_norm = tk_avx2_rms_norm,
    .add = tk_avx2_add,
    .silu_mul = tk_avx2_silu_mul,
    .rope = tk_avx2_rope,
    .log_sum_exp = tk_avx2_log_sum_exp,
    .argmax = tk_avx2_argmax,
    .to_f16 = tk_avx2_to_f16,
    .attention = tk_avx512_attention,
    .attention_partials = tk_avx512_attention_partials,
    .attention_merge = tk_avx512_attention_merge,
};
#endif
