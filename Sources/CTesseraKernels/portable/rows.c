// Rows from and to the storage formats.
#include "portable.h"
#include "unpack.h"

static inline void dequantize(tk_format format, const uint8_t *row, size_t n, float *out) {
    for (size_t b = 0; b < n / TK_BLOCK; b++) {
        tk_block w;
        tk_unpack(format, row, b, &w);
        for (size_t j = 0; j < TK_BLOCK; j++) {
            float value = w.d[j / 16] * (float)w.q[j];
            out[b * TK_BLOCK + j] = format == TK_Q8_0 || format == TK_Q6_K ? value : value + w.m;
        }
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
        dequantize(TK_Q4_0, bytes, n, out);
        break;
    case TK_Q4_1:
        dequantize(TK_Q4_1, bytes, n, out);
        break;
    case TK_Q5_0:
        dequantize(TK_Q5_0, bytes, n, out);
        break;
    case TK_Q5_1:
        dequantize(TK_Q5_1, bytes, n, out);
        break;
    case TK_Q8_0:
        dequantize(TK_Q8_0, bytes, n, out);
        break;
    case TK_Q4_K:
        dequantize(TK_Q4_K, bytes, n, out);
        break;
    case TK_Q5_K:
        dequantize(TK_Q5_K, bytes, n, out);
        break;
    case TK_Q6_K:
        dequantize(TK_Q6_K, bytes, n, out);
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
        memset(out->halves, 0, sizeof out->halves);
        memset(out->values, 0, sizeof out->values);
        return;
    }
    float inverse = 127.0f / magnitude;
    int32_t sums[2] = {0};
    for (size_t j = 0; j < TK_BLOCK; j++) {
        // 1.5 * 2^23 leaves no bits for a fraction, so the adder rounds half to even into the low bits.
        int32_t value = (int32_t)(tk_float_bits(x[j] * inverse + 12582912.0f) - 0x4b400000u);
        out->values[j] = (int8_t)value;
        sums[j / 16] += value;
    }
    for (size_t half = 0; half < 2; half++) out->halves[half] = (int16_t)sums[half];
    out->sum = out->scale * (float)(sums[0] + sums[1]);
}

void tk_portable_quantize_row(const float *x, size_t n, tk_q8_block *out) {
    for (size_t b = 0; b < n / TK_BLOCK; b++) quantize_block(x + b * TK_BLOCK, out + b);
}

void tk_portable_to_f16(const float *x, size_t n, uint16_t *out) {
    for (size_t i = 0; i < n; i++) out[i] = tk_float_to_half(x[i]);
}
