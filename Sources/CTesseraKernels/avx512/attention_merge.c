// What a query makes of several chunks, AVX-512: the steps of avx2/attention.c with the exponentials of eight
// chunks at once.
#include "avx512.h"

#if defined(__x86_64__)
#include <math.h>

#include "../portable/portable.h"
#include "tiles.h"

TK_BEGIN_AVX512

// Up to eight chunks of one query: what scales the values so far before each is added, and what its own.
typedef struct factors {
    _Alignas(64) float kept[8];
    float added[8];
} factors;

// Adds the sums of some chunks to `so_far` and says how their values are added: the steps of
// `tk_avx2_attention_add`, with all exponentials at once.
static factors add_sums(tk_partial *so_far, const float *partials, size_t floats, size_t count) {
    factors factors = {{0}, {0}};
    float largest = so_far->largest;
    for (size_t c = 0; c < count; c++) {
        float own = partials[c * floats], before = largest;
        largest = own > before ? own : before;
        float shift = largest == -INFINITY ? 0 : largest;
        factors.kept[c] = before - shift;
        factors.added[c] = own - shift;
    }
    _mm512_store_ps(factors.kept, tk_exp16_nonpositive(_mm512_load_ps(factors.kept)));
    so_far->largest = largest;
    for (size_t c = 0; c < count; c++)
        so_far->sum = so_far->sum * factors.kept[c] + partials[c * floats + 1] * factors.added[c];
    return factors;
}

// Adds the values of some chunks, 16 * `vectors` of them from element i on.
TK_INLINE void add_values(size_t vectors, __mmask16 lanes, const factors *factors, const float *partials,
                          size_t floats, size_t count, size_t i, float *out) {
    __m512 so_far[TK_VALUE_VECTORS];
    for (size_t v = 0; v < vectors; v++) so_far[v] = _mm512_maskz_loadu_ps(lanes, out + i + 16 * v);
    for (size_t c = 0; c < count; c++) {
        __m512 kept = _mm512_set1_ps(factors->kept[c]), added = _mm512_set1_ps(factors->added[c]);
        for (size_t v = 0; v < vectors; v++) {
            __m512 more = _mm512_maskz_loadu_ps(lanes, partials + c * floats + 2 + i + 16 * v);
            so_far[v] = _mm512_fmadd_ps(added, more, _mm512_mul_ps(kept, so_far[v]));
        }
    }
    for (size_t v = 0; v < vectors; v++) _mm512_mask_storeu_ps(out + i + 16 * v, lanes, so_far[v]);
}

void tk_avx512_attention_merge(const float *partials, size_t chunk0, size_t chunk1, size_t head_size,
                               float *out) {
    if (!tk_avx2_attention_has_kernel(head_size)) {
        tk_portable_attention_merge(partials, chunk0, chunk1, head_size, out);
        return;
    }
    size_t floats = tk_attention_partial_floats(head_size);
    tk_partial so_far;
    tk_avx2_attention_begin(&so_far, out, head_size);
    for (size_t chunk = chunk0; chunk < chunk1; chunk += 8) {
        const float *first = partials + chunk * floats;
        size_t count = chunk1 - chunk < 8 ? chunk1 - chunk : 8, i = 0;
        factors factors = add_sums(&so_far, first, floats, count);
        for (; i + 64 <= head_size; i += 64) add_values(4, 0xffff, &factors, first, floats, count, i, out);
        for (; i + 16 <= head_size; i += 16) add_values(1, 0xffff, &factors, first, floats, count, i, out);
        if (i < head_size) add_values(1, 0xff, &factors, first, floats, count, i, out);
    }
    tk_avx2_attention_finish(&so_far, out, head_size);
}

TK_END_AVX512
#endif
