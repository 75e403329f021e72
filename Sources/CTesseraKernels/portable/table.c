// The portable instruction set.
#include "../kernel_table.h"
#include "portable.h"

const tk_kernel_table tk_portable_kernels = {
    .dequantize_row = tk_portable_dequantize_row,
    .quantize_row = tk_portable_quantize_row,
    .matvec = tk_portable_matvec,
    .matmul = tk_portable_matmul,
    .matmul_scratch_bytes = tk_portable_matmul_scratch_bytes,
    .matmul_f32 = tk_portable_matmul_f32,
    .matmul_f32_scratch_floats = tk_portable_matmul_f32_scratch_floats,
    .rms_norm = tk_portable_rms_norm,
    .add = tk_portable_add,
    .silu_mul = tk_portable_silu_mul,
    .rope = tk_portable_rope,
    .log_sum_exp = tk_portable_log_sum_exp,
    .argmax = tk_portable_argmax,
    .to_f16 = tk_portable_to_f16,
    .attention = tk_portable_attention,
    .attention_partials = tk_portable_attention_partials,
    .attention_merge = tk_portable_attention_merge,
};
