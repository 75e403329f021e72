// Many tokens times quantised rows, AVX2.
//
// A few tokens go through eight rows at a time where they lie. For more, eight rows are unpacked into a panel
// in the nearest caches first, which all tokens of a batch that fits the second-level cache go through, four
// at a time, while the next rows are asked for. Either way the weights are read from memory once.
#include "avx2.h"

#if defined(__x86_64__)
#include "eight.h"
#include "eight_rows.h"

TK_BEGIN_AVX2

enum {
    ROWS = 8,
    TOKENS = 4,                // of a tile
    FEW = 3,                   // tokens that go through rows where they lie,
    SOME = 8,                  // and of Q4_0, Q4_1 and Q8_0 that go through blocks in registers
    CHUNK = 64,                // blocks of a panel: with the tokens of a tile it fits the first-level cache
    BATCH_BYTES = 192 * 1024,  // activations that go through the panels at a time,
    BATCH_TOKENS = 256         // of at most so many tokens
};

// The panel, and the sums so far of a batch.
typedef struct working_memory {
    tk_eight panel[CHUNK];
    float sums[BATCH_TOKENS][ROWS];
} working_memory;

TK_INLINE void store_rows(__m256 sums, float *y, size_t count) {
    if (count >= ROWS) {
        _mm256_storeu_ps(y, sums);
    } else {
        float last[ROWS];
        _mm256_storeu_ps(last, sums);
        memcpy(y, last, count * sizeof(float));
    }
}

// Bytes that the work on blocks asks for.
typedef struct ahead {
    const uint8_t *at;
    size_t bytes;  // of a block
    tk_pace pace;
} ahead;

TK_INLINE void ask(const ahead *next, size_t b) {
    if ((b & next->pace.mask) != next->pace.value) return;
    for (size_t line = 0; line < next->bytes; line += 64)
        _mm_prefetch((const char *)next->at + b * next->bytes + line, _MM_HINT_T0);
}

// Adds the products of a panel of `blocks` blocks with `tokens` tokens; `next` may be NULL.
TK_INLINE void tile(tk_format format, size_t tokens, const tk_eight *panel, size_t blocks, const ahead *next,
                    const uint8_t *x, size_t x_stride, float sums[][ROWS]) {
    const tk_q8_block *token[TOKENS];
    __m256 sum[TOKENS];
    for (size_t t = 0; t < tokens; t++) {
        token[t] = (const void *)(x + t * x_stride);
        sum[t] = _mm256_loadu_ps(sums[t]);
    }
    for (size_t b = 0; b < blocks; b++) {
        if (next != NULL) ask(next, b);
        tk_add_eight(format, tokens, panel + b, token, b, sum);
    }
    for (size_t t = 0; t < tokens; t++) _mm256_storeu_ps(sums[t], sum[t]);
}

// Of the rows that come next, unpacking asks for the even blocks, or every fourth one when there are two
// tiles or more to ask for the others.
TK_INLINE void panel_times_tokens(tk_format format, const tk_eight *panel, size_t blocks, ahead next,
                                  const uint8_t *x, size_t x_stride, size_t m, float sums[][ROWS]) {
    ahead second = next;
    next.pace = (tk_pace){1, 1};
    second.pace = (tk_pace){3, 2};
    if (m >= 2 * TOKENS) {
        tile(format, TOKENS, panel, blocks, &next, x, x_stride, sums);
        m -= TOKENS, x += TOKENS * x_stride, sums += TOKENS;
        next = second;
    }
    if (m >= TOKENS) {
        tile(format, TOKENS, panel, blocks, &next, x, x_stride, sums);
        m -= TOKENS, x += TOKENS * x_stride, sums += TOKENS;
    }
    for (; m >= TOKENS; m -= TOKENS, x += TOKENS * x_stride, sums += TOKENS)
        tile(format, TOKENS, panel, blocks, NULL, x, x_stride, sums);
    if (m == 3) tile(format, 3, panel, blocks, NULL, x, x_stride, sums);
    if (m == 2) tile(format, 2, panel, blocks, NULL, x, x_stride, sums);
    if (m == 1) tile(format, 1, panel, blocks, NULL, x, x_stride, sums);
}

TK_INLINE void many(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                    const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride,
                    working_memory *memory) {
    size_t row_bytes = tk_row_bytes(format, n), blocks = n / TK_BLOCK, unit = tk_unit(format);
    size_t batch = BATCH_BYTES / (blocks * sizeof(tk_q8_block) + 1) / TOKENS * TOKENS;
    if (batch < 8 * TOKENS) batch = 8 * TOKENS;
    if (batch > BATCH_TOKENS) batch = BATCH_TOKENS;
    size_t bytes = ROWS * row_bytes / blocks;
    for (size_t start = 0; start < m; start += batch) {
        size_t tokens = m - start < batch ? m - start : batch;
        for (size_t row = row0; row < row1; row += ROWS) {
            tk_rows rows = tk_rows_from(weights, row_bytes, row, row1);
            memset(memory->sums, 0, tokens * sizeof memory->sums[0]);
            for (size_t first = 0; first < blocks; first += CHUNK) {
                size_t count = blocks - first < CHUNK ? blocks - first : CHUNK;
                ahead next = {.at = rows.at[0] + ROWS * row_bytes + first * bytes, .bytes = bytes};
                next.pace.mask = tokens >= 2 * TOKENS ? 3 : 1;
                for (size_t b = 0; b < count; b += unit) {
                    for (size_t i = 0; i < unit; i++) ask(&next, b + i);
                    tk_unpack_unit(format, &rows, first + b, memory->panel + b);
                }
                panel_times_tokens(format, memory->panel, count, next,
                                   x + start * x_stride + first * sizeof(tk_q8_block), x_stride, tokens,
                                   memory->sums);
            }
            for (size_t t = 0; t < tokens; t++)
                store_rows(_mm256_loadu_ps(memory->sums[t]), y + (start + t) * y_stride + row, row1 - row);
        }
    }
}

size_t tk_avx2_matmul_scratch_bytes(tk_format format, size_t n) {
    (void)n;
    if (tk_operand_of(format) == TK_OPERAND_F32) return tk_avx2_dense_scratch_bytes();
    return sizeof(working_memory) + TK_ALIGNMENT;
}

TK_INLINE void multiply(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                        const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride,
                        void *memory) {
    bool simple = format == TK_Q4_0 || format == TK_Q4_1 || format == TK_Q8_0;
    if (m <= FEW && simple)
        tk_avx2_matvecs(format, weights, n, row0, row1, x, x_stride, m, y, y_stride);
    else if (m <= FEW)
        tk_avx2_matvecs_k(format, weights, n, row0, row1, x, x_stride, m, y, y_stride);
    else if (m <= SOME && simple)
        tk_avx2_matmul_columns(format, weights, n, row0, row1, x, x_stride, m, y, y_stride);
    else
        many(format, weights, n, row0, row1, x, x_stride, m, y, y_stride, memory);
}

void tk_avx2_matmul(tk_format format, const void *weights, size_t n, size_t row0, size_t row1, const void *x,
                    size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch) {
    void *memory = tk_aligned(scratch);
    switch (format) {
    case TK_Q4_0:
        multiply(TK_Q4_0, weights, n, row0, row1, x, x_stride, m, y, y_stride, memory);
        break;
    case TK_Q4_1:
        multiply(TK_Q4_1, weights, n, row0, row1, x, x_stride, m, y, y_stride, memory);
        break;
    case TK_Q5_0:
        multiply(TK_Q5_0, weights, n, row0, row1, x, x_stride, m, y, y_stride, memory);
        break;
    case TK_Q5_1:
        multiply(TK_Q5_1, weights, n, row0, row1, x, x_stride, m, y, y_stride, memory);
        break;
    case TK_Q8_0:
        multiply(TK_Q8_0, weights, n, row0, row1, x, x_stride, m, y, y_stride, memory);
        break;
    case TK_Q4_K:
        multiply(TK_Q4_K, weights, n, row0, row1, x, x_stride, m, y, y_stride, memory);
        break;
    case TK_Q5_K:
        multiply(TK_Q5_K, weights, n, row0, row1, x, x_stride, m, y, y_stride, memory);
        break;
    case TK_Q6_K:
        multiply(TK_Q6_K, weights, n, row0, row1, x, x_stride, m, y, y_stride, memory);
        break;
    default:
        tk_avx2_matmul_dense(format, weights, n, row0, row1, x, x_stride, m, y, y_stride, memory);
    }
}

TK_END_AVX2
#endif
