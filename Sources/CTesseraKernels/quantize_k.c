// The K formats from floats: a search for scales with a small squared error.
//
// Every part of a block is fitted by itself first, from several starting scales, by turns rounding to levels
// and solving for the best scale (and minimum) of those levels. Then the scales are rounded to integer
// multiples of the block's, for which the neighbours are tried too, and the block's own scales are solved for
// again.
#include <float.h>
#include <math.h>

#include "quantize.h"

enum {
    PARTS = TK_SUPER_BLOCK / TK_BLOCK,  // of Q4_K and Q5_K
    SMALL = 16,                         // weights of a part of Q6_K
    SMALL_PARTS = TK_SUPER_BLOCK / SMALL,
    STARTS = 14,  // starting scales of a part
    ROUNDS = 2    // of solving for a block's scales
};

// The levels of some weights, w = d * q - m, and what solving for d and m needs.
typedef struct levels {
    float q[TK_BLOCK];
    float sum_q, sum_qq, sum_xq;
    float error;  // squared, of all weights
} levels;

static void round_to_levels(size_t n, const float *x, float d, float m, float low, float high, levels *out) {
    float inverse = d != 0 ? 1 / d : 0;
    float q[4] = {0}, qq[4] = {0}, xq[4] = {0}, error[4] = {0};
    for (size_t j = 0; j < n; j += 4)
        for (size_t i = 0; i < 4; i++) {
            float level = tk_nearest(tk_clamp((x[j + i] + m) * inverse, low, high));
            float difference = x[j + i] - (d * level - m);
            out->q[j + i] = level;
            q[i] += level;
            qq[i] += level * level;
            xq[i] += level * x[j + i];
            error[i] += difference * difference;
        }
    out->sum_q = (q[0] + q[1]) + (q[2] + q[3]);
    out->sum_qq = (qq[0] + qq[1]) + (qq[2] + qq[3]);
    out->sum_xq = (xq[0] + xq[1]) + (xq[2] + xq[3]);
    out->error = (error[0] + error[1]) + (error[2] + error[3]);
}

static float half(float value) {
    return tk_half_to_float(tk_float_to_half(value));
}

// To an integer scale and its neighbours.
static const float steps[] = {0, -1, 1};

// A block of Q4_K or Q5_K on its way.
typedef struct block {
    float d, dmin;
    float s[PARTS], t[PARTS];
    levels parts[PARTS];
    float error;
} block;

// d and m >= 0 of one part, for levels up to `top`.
static void fit_part(const float *x, float top, float *d, float *m) {
    float least = 0, most = x[0], sum_x = 0;
    for (size_t j = 0; j < TK_BLOCK; j++) {
        least = x[j] < least ? x[j] : least;
        most = x[j] > most ? x[j] : most;
        sum_x += x[j];
    }
    float best = FLT_MAX, n = TK_BLOCK;
    *d = 0;
    *m = -least;
    for (int start = 0; start < STARTS; start++) {
        float scale = (most - least) / (top - 1 + 0.2f * (float)start), minimum = -least;
        levels now;
        for (int turn = 0; turn < 2; turn++) {
            round_to_levels(TK_BLOCK, x, scale, minimum, 0, top, &now);
            if (now.error < best) {
                best = now.error;
                *d = scale;
                *m = minimum;
            }
            float determinant = n * now.sum_qq - now.sum_q * now.sum_q;
            if (!(determinant > 0)) break;
            scale = (n * now.sum_xq - now.sum_q * sum_x) / determinant;
            minimum = (scale * now.sum_q - sum_x) / n;
            if (minimum < 0) {
                minimum = 0;
                scale = now.sum_xq / now.sum_qq;
            }
            if (!(scale > 0)) break;
        }
    }
}

// The best of the integer scales near those wanted, for the block's d and dmin.
static void round_scales(const float *x, float top, const float *d, const float *m, block *out) {
    out->error = 0;
    for (size_t p = 0; p < PARTS; p++) {
        float s = tk_nearest(tk_clamp(out->d > 0 ? d[p] / out->d : 0, 0, 63));
        float t = tk_nearest(tk_clamp(out->dmin > 0 ? m[p] / out->dmin : 0, 0, 63));
        for (int step = 0; step < 9; step++) {
            float near_s = s + steps[step % 3], near_t = t + steps[step / 3];  // s and t themselves first
            if (near_s < 0 || near_s > 63 || near_t < 0 || near_t > 63) continue;
            levels now;
            round_to_levels(TK_BLOCK, x + p * TK_BLOCK, out->d * near_s, out->dmin * near_t, 0, top, &now);
            if (step > 0 && !(now.error < out->parts[p].error)) continue;
            out->parts[p] = now;
            out->s[p] = near_s;
            out->t[p] = near_t;
        }
        out->error += out->parts[p].error;
    }
}

// d and dmin that are best for the levels and scales of a block; false when there are none.
static bool solve_scales(const float *x, const block *now, float *d, float *dmin) {
    double ss = 0, st = 0, tt = 0, sx = 0, tx = 0;
    for (size_t p = 0; p < PARTS; p++) {
        double s = (double)now->s[p], t = (double)now->t[p], sum_x = 0;
        for (size_t j = 0; j < TK_BLOCK; j++) sum_x += (double)x[p * TK_BLOCK + j];
        ss += s * s * (double)now->parts[p].sum_qq;
        st += s * t * (double)now->parts[p].sum_q;
        tt += t * t * (double)TK_BLOCK;
        sx += s * (double)now->parts[p].sum_xq;
        tx += t * sum_x;
    }
    double determinant = ss * tt - st * st;
    if (determinant > 1e-9 * ss * tt) {
        *d = half((float)((sx * tt - tx * st) / determinant));
        *dmin = half((float)((sx * st - tx * ss) / determinant));
    } else if (ss > 0) {
        *d = half((float)(sx / ss));
        *dmin = now->dmin;
    } else {
        return false;
    }
    return *d > 0 && *dmin >= 0;
}

static void store_k_scales(const block *from, uint8_t *bytes) {
    for (size_t i = 0; i < 4; i++) {
        unsigned s = (unsigned)from->s[i], t = (unsigned)from->t[i];
        unsigned s4 = (unsigned)from->s[4 + i], t4 = (unsigned)from->t[4 + i];
        bytes[i] = (uint8_t)(s | (s4 >> 4) << 6);
        bytes[4 + i] = (uint8_t)(t | (t4 >> 4) << 6);
        bytes[8 + i] = (uint8_t)((s4 & 15) | (t4 & 15) << 4);
    }
}

void tk_quantize_q45_k(bool fifth, const float *x, uint8_t *bytes) {
    float top = fifth ? 31 : 15, d[PARTS], m[PARTS], largest_d = 0, largest_m = 0;
    for (size_t p = 0; p < PARTS; p++) {
        fit_part(x + p * TK_BLOCK, top, d + p, m + p);
        largest_d = d[p] > largest_d ? d[p] : largest_d;
        largest_m = m[p] > largest_m ? m[p] : largest_m;
    }
    block best = {.d = half(largest_d / 63), .dmin = half(largest_m / 63)};
    round_scales(x, top, d, m, &best);
    for (int round = 0; round < ROUNDS; round++) {
        block next;
        if (!solve_scales(x, &best, &next.d, &next.dmin)) break;
        round_scales(x, top, d, m, &next);
        if (!(next.error < best.error)) break;
        best = next;
    }

    memset(bytes, 0, fifth ? TK_Q5_K_BYTES : TK_Q4_K_BYTES);
    tk_store_half(best.d, bytes);
    tk_store_half(best.dmin, bytes + 2);
    store_k_scales(&best, bytes + 4);
    uint8_t *nibbles = bytes + (fifth ? 48 : 16);
    for (size_t p = 0; p < PARTS; p++)
        for (size_t j = 0; j < TK_BLOCK; j++) {
            unsigned q = (unsigned)best.parts[p].q[j];
            nibbles[p / 2 * TK_BLOCK + j] |= (uint8_t)((q & 15) << 4 * (p % 2));
            if (fifth) bytes[16 + j] |= (uint8_t)(q >> 4 << p);
        }
}

// The scale of 16 weights for levels from -32 to 31.
static float fit_small_part(const float *x) {
    float largest = 0, extreme = 0;
    for (size_t j = 0; j < SMALL; j++)
        if (fabsf(x[j]) > largest) {
            largest = fabsf(x[j]);
            extreme = x[j];
        }
    float best = FLT_MAX, d = 0;
    for (int start = 0; start < STARTS; start++) {
        float scale = extreme / -(31 + 0.2f * (float)start);
        levels now;
        for (int turn = 0; turn < 2; turn++) {
            round_to_levels(SMALL, x, scale, 0, -32, 31, &now);
            if (now.error < best) {
                best = now.error;
                d = scale;
            }
            if (!(now.sum_qq > 0)) break;
            scale = now.sum_xq / now.sum_qq;
        }
    }
    return d;
}

// A block of Q6_K on its way.
typedef struct small_block {
    float d;
    float s[SMALL_PARTS];
    levels parts[SMALL_PARTS];
    float error;
} small_block;

static void round_small_scales(const float *x, const float *d, small_block *out) {
    out->error = 0;
    for (size_t p = 0; p < SMALL_PARTS; p++) {
        float s = tk_nearest(tk_clamp(out->d != 0 ? d[p] / out->d : 0, -128, 127));
        for (int step = 0; step < 3; step++) {
            float near_s = s + steps[step];
            if (near_s < -128 || near_s > 127) continue;
            levels now;
            round_to_levels(SMALL, x + p * SMALL, out->d * near_s, 0, -32, 31, &now);
            if (step > 0 && !(now.error < out->parts[p].error)) continue;
            out->parts[p] = now;
            out->s[p] = near_s;
        }
        out->error += out->parts[p].error;
    }
}

void tk_quantize_q6_k(const float *x, uint8_t *bytes) {
    float d[SMALL_PARTS], extreme = 0;
    for (size_t p = 0; p < SMALL_PARTS; p++) {
        d[p] = fit_small_part(x + p * SMALL);
        extreme = fabsf(d[p]) > fabsf(extreme) ? d[p] : extreme;
    }
    small_block best = {.d = half(extreme / -128)};
    round_small_scales(x, d, &best);
    for (int round = 0; round < ROUNDS; round++) {
        double ss = 0, sx = 0;
        for (size_t p = 0; p < SMALL_PARTS; p++) {
            ss += (double)(best.s[p] * best.s[p]) * (double)best.parts[p].sum_qq;
            sx += (double)best.s[p] * (double)best.parts[p].sum_xq;
        }
        if (!(ss > 0)) break;
        small_block next = {.d = half((float)(sx / ss))};
        round_small_scales(x, d, &next);
        if (!(next.error < best.error)) break;
        best = next;
    }

    memset(bytes, 0, TK_Q6_K_BYTES);
    for (size_t p = 0; p < SMALL_PARTS; p++) {
        bytes[192 + p] = (uint8_t)(int8_t)best.s[p];
        for (size_t j = 0; j < SMALL; j++) {
            size_t b = p / 2, at = p % 2 * SMALL + j;
            unsigned q = (unsigned)(best.parts[p].q[j] + 32);
            bytes[64 * (b / 4) + 32 * (b % 2) + at] |= (uint8_t)((q & 15) << 4 * (b % 4 / 2));
            bytes[128 + 32 * (b / 4) + at] |= (uint8_t)(q >> 4 << 2 * (b % 4));
        }
    }
    tk_store_half(best.d, bytes + 208);
}
