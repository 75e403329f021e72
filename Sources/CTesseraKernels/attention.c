// Rows of a cache, and the scratch memory of attention.
#include "attention.h"

#include <math.h>

size_t tk_attention_partial_floats(size_t head_size) {
    return 2 + head_size;
}

size_t tk_attention_scratch_floats(size_t m, size_t head_size) {
    return 2 * TK_CHUNK * tk_padded(head_size) + TK_TILE * tk_attention_partial_floats(head_size) +
           2 * m;
}

size_t tk_cache_row_bytes(tk_format format, size_t n) {
    switch (format) {
    case TK_F32:
        return 4 * n;
    case TK_F16:
        return 2 * n;
    case TK_Q8_0:
        return tk_padded(n) / TK_BLOCK * TK_Q8_0_BYTES;
    default:
        return 0;
    }
}

static void store_block(const float *x, size_t n, uint8_t *out) {
    // As integers, magnitudes are ordered like floats, with NaN above infinity.
    uint32_t largest = 0;
    for (size_t j = 0; j < n; j++) {
        uint32_t magnitude = tk_float_bits(x[j]) & 0x7fffffffu;
        largest = magnitude > largest ? magnitude : largest;
    }
    uint16_t half = tk_float_to_half(tk_float_from_bits(largest) / 127.0f);
    if (largest >= 0x7f800000u || (half & 0x7fffu) >= 0x7c00u) half = 0x7e00u;  // NaN
    memcpy(out, &half, sizeof half);
    memset(out + 2, 0, TK_BLOCK);
    float d = tk_half_to_float(half);
    if (!(d > 0)) return;
    for (size_t j = 0; j < n; j++) {
        float steps = x[j] / d;  // past 127 where the half was rounded down
        steps = steps > 127 ? 127 : steps < -127 ? -127 : steps;
        out[2 + j] = (uint8_t)(int8_t)lrintf(steps);
    }
}

void tk_store_cache_row(tk_isa isa, tk_format format, const float *x, size_t n, void *out) {
    switch (format) {
    case TK_F32:
        memcpy(out, x, n * sizeof *x);
        break;
    case TK_F16:
        tk_to_f16(isa, x, n, out);
        break;
    case TK_Q8_0:
        for (size_t i = 0; i < n; i += TK_BLOCK)
            store_block(x + i, n - i < TK_BLOCK ? n - i : TK_BLOCK,
                        (uint8_t *)out + i / TK_BLOCK * TK_Q8_0_BYTES);
        break;
    default:
        break;
    }
}
