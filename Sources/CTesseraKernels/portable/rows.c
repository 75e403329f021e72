// Rows from and to the storage formats.
#include "portable.h"

static void dequantize_q4(const uint8_t *nibbles, float d, float m, float *out) {
    for (size_t j = 0; j < TK_BLOCK / 2; j++) {
        out[j] = d * (float)(nibbles[j] & 15) + m;
        out[j + TK_BLOCK / 2] = d * (float)(nibbles[j] >> 4) + m;
    }
}

void tk_portable_dequantize_row(tk_format format, const void *row, size_t n, float *out) {
    const uint8_t *bytes = row;
    switch (format) {
    case TK_F32:
        memcpy(out, bytes, n * sizeof(float));
        break;
    case TK_F16:
        for (size_t i = 0; i < n; i++) out[i] = tk_half_to_float(tk_load_u16(bytes + 2 * i));
        break;
    case TK_BF16:
        for (size_t i = 0; i < n; i++) out[i] = tk_bfloat_to_float(tk_load_u16(bytes + 2 * i));
        break;
    case TK_Q4_0:
        for (size_t i = 0; i + TK_BLOCK <= n; i += TK_BLOCK, bytes += TK_Q4_0_BYTES) {
            float d = tk_half_to_float(tk_load_u16(bytes));
            dequantize_q4(bytes + 2, d, -8 * d, out + i);
        }
        break;
    case TK_Q4_1:
        for (size_t i = 0; i + TK_BLOCK <= n; i += TK_BLOCK, bytes += TK_Q4_1_BYTES)
            dequantize_q4(bytes + 4, tk_half_to_float(tk_load_u16(bytes)),
                          tk_half_to_float(tk_load_u16(bytes + 2)), out + i);
        break;
    case TK_Q8_0:
        for (size_t i = 0; i + TK_BLOCK <= n; i += TK_BLOCK, bytes += TK_Q8_0_BYTES) {
            float d = tk_half_to_float(tk_load_u16(bytes));
            for (size_t j = 0; j < TK_BLOCK; j++) out[i + j] = d * (float)(int8_t)bytes[2 + j];
        }
        break;
    }
}

// Blocks whose largest magnitude lies below this become zero: 127 / magnitude would overflow.
static const float smallest_scaled = 0x1p-100f;

static void quantize_block(const float *x, tk_q8_block *out) {
    // As integers, magnitudes are ordered like floats, with NaN above infinity: either makes the scale
    // non-finite, and with it every product that uses the block.
    uint32_t largest = 0;
    for (size_t j = 0; j < TK_BLOCK; j++) {
        uint32_t magnitude = tk_float_bits(x[j]) & 0x7fffffffu;
        largest = magnitude > largest ? magnitude : largest;
    }
    float magnitude = tk_float_from_bits(largest);
    out->scale = magnitude / 127.0f;
    if (largest >= 0x7f800000u || magnitude < smallest_scaled) {
        if (largest < 0x7f800000u) out->scale = 0;
        out->sum = out->scale * 0.0f;
        memset(out->values, 0, sizeof out->values);
        return;
    }
    float inverse = 127.0f / magnitude;
    int32_t sum = 0;
    for (size_t j = 0; j < TK_BLOCK; j++) {
        // 1.5 * 2^23 leaves no bits for a fraction, so the adder rounds half to even into the low bits.
        int32_t value = (int32_t)(tk_float_bits(x[j] * inverse + 12582912.0f) - 0x4b400000u);
        out->values[j] = (int8_t)value;
        sum += value;
    }
    out->sum = out->scale * (float)sum;
}

void tk_portable_quantize_row(const float *x, size_t n, tk_q8_block *out) {
    for (size_t b = 0; b < n / TK_BLOCK; b++) quantize_block(x + b * TK_BLOCK, out + b);
}

void tk_portable_to_f16(const float *x, size_t n, uint16_t *out) {
    for (size_t i = 0; i < n; i++) out[i] = tk_float_to_half(x[i]);
}
