// Many tokens times quantised rows, AVX2.
//
// A few tokens go through eight rows at a time, unpacked block by block where they lie. For more, eight rows
// are unpacked into a panel in the nearest caches first, which all tokens of a batch that fits the
// second-level cache go through, four at a time, while the next rows are asked for. Either way the weights
// are read from memory once.
#include "avx2.h"

#if defined(__x86_64__)
#include "eight.h"
#include "eight_rows.h"

TK_BEGIN_AVX2

enum {
    ROWS = 8,
    TOKENS = 4,                // of a tile
    FEW_SIMPLE = 3,            // tokens of Q4_0, Q4_1 and Q8_0 that go through rows where they lie,
    COLUMNS_SIMPLE = 8,        // and that go through blocks in registers
    WORTH_PACKING = 4,         // tokens of the other formats
    CHUNK = 64,                // blocks of a panel: with the tokens of a tile it fits the first-level cache
    BATCH_BYTES = 192 * 1024,  // activations that go through the panels at a time,
    BATCH_TOKENS = 256         // of at most so many tokens
};

// The panel, and the sums so far of a batch.
typedef struct working_memory {
    tk_eight panel[CHUNK];
    float sums[BATCH_TOKENS][ROWS];
} working_memory;

// Rows `row` ... `row` + 7, of which those from `end` on repeat the last one.
TK_INLINE tk_rows rows_from(const uint8_t *weights, size_t row_bytes, size_t row, size_t end) {
    tk_rows rows;
    for (size_t i = 0; i < ROWS; i++) rows.at[i] = weights + (row + i < end ? row + i : end - 1) * row_bytes;
    return rows;
}

TK_INLINE void store_rows(__m256 sums, float *y, size_t count) {
    if (count >= ROWS) {
        _mm256_storeu_ps(y, sums);
    } else {
        float last[ROWS];
        _mm256_storeu_ps(last, sums);
        memcpy(y, last, count * sizeof(float));
    }
}

// The first `count` of eight rows times `tokens` tokens.
TK_INLINE void few_tokens(tk_format format, size_t tokens, const tk_rows *rows, size_t row_bytes,
                          size_t blocks, const uint8_t *x, size_t x_stride, float *y, size_t y_stride,
                          size_t count) {
    size_t unit = tk_unit(format);
    const tk_q8_block *token[WORTH_PACKING];
    __m256 sums[WORTH_PACKING];
    for (size_t t = 0; t < tokens; t++) {
        token[t] = (const void *)(x + t * x_stride);
        sums[t] = _mm256_setzero_ps();
    }
    // A unit is unpacked while the one before it is multiplied.
    tk_eight unpacked[2][TK_SUPER_BLOCK / TK_BLOCK];
    tk_unpack_unit(format, rows, 0, unpacked[0]);
    for (size_t b = 0; b < blocks; b += unit) {
        size_t now = b / unit % 2, next = b + unit < blocks ? b + unit : b;
        tk_prefetch_next_rows(rows->at[0], row_bytes, b * row_bytes / blocks, unit * row_bytes / blocks);
        tk_unpack_unit(format, rows, next, unpacked[1 - now]);
        for (size_t i = 0; i < unit; i++) tk_add_eight(format, tokens, unpacked[now] + i, token, b + i, sums);
    }
    for (size_t t = 0; t < tokens; t++) store_rows(sums[t], y + t * y_stride, count);
}

TK_INLINE void few(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                   const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride) {
    size_t row_bytes = tk_row_bytes(format, n), blocks = n / TK_BLOCK;
    for (size_t row = row0; row < row1; row += ROWS) {
        tk_rows rows = rows_from(weights, row_bytes, row, row1);
        switch (m) {
        case 1:
            few_tokens(format, 1, &rows, row_bytes, blocks, x, x_stride, y + row, y_stride, row1 - row);
            break;
        case 2:
            few_tokens(format, 2, &rows, row_bytes, blocks, x, x_stride, y + row, y_stride, row1 - row);
            break;
        default:
            few_tokens(format, 3, &rows, row_bytes, blocks, x, x_stride, y + row, y_stride, row1 - row);
        }
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
            tk_rows rows = rows_from(weights, row_bytes, row, row1);
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
    if (simple && m <= FEW_SIMPLE)
        tk_avx2_matvecs(format, weights, n, row0, row1, x, x_stride, m, y, y_stride);
    else if (simple && m <= COLUMNS_SIMPLE)
        tk_avx2_matmul_columns(format, weights, n, row0, row1, x, x_stride, m, y, y_stride);
    else if (m >= WORTH_PACKING)
        many(format, weights, n, row0, row1, x, x_stride, m, y, y_stride, memory);
    else
        few(format, weights, n, row0, row1, x, x_stride, m, y, y_stride);
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
