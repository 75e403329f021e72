// Products with F32, F16 and BF16 rows, and the float32 path of all formats, AVX2 with FMA.
//
// Lane j of a sum takes elements j, j + 8, j + 16, ... in order; then the lanes are folded in one fixed
// order. Every tile does the same for each of its results, so they do not depend on the tile.
//
// Rows of 16-bit numbers are converted as they are used, by as many tokens at a time as fit the second-level
// cache. For long rows with many tokens, and for the other formats, pieces of four rows are converted first,
// which all tokens go through, three at a time; the sums of the lanes wait in scratch memory from piece to
// piece, and the pieces are so short that the tokens' parts stay in the nearest caches.
#include "avx2.h"

#if defined(__x86_64__)
TK_BEGIN_AVX2

enum {
    LANES = 8,
    ROWS = 4,                 // of a tile
    TOKENS = 3,               // of a tile with as many rows
    MOST_TOKENS = 6,          // of a tile with two rows
    WORTH_THREE = 4,          // tokens of a tile with three rows
    FEW = 8,                  // tokens that go through rows where they lie, and more when
    FEW_BYTES = 256 * 1024,   // they are no larger than this,
    BLOCK_BYTES = 96 * 1024,  // through so many bytes of rows at a time
    WORTH_BATCHING = 24,      // tokens that must fit, or else pieces are better
    PIECE = 512,              // elements of a row that are converted at a time
    ROW_BLOCK = 16,           // rows that go through a piece of the tokens
    BATCH = 32 * TOKENS,      // tokens whose sums are kept
    UNROLLED = 4,             // vectors of a row
    PREFETCH_BYTES = 1024,    // further ahead than the next rows,
    LINE_UP_BYTES = 4096      // and for rows shorter than this
};

// Pieces of rows as floats, and the lanes of the sums of a block of rows with a batch of tokens.
typedef struct working_memory {
    float piece[ROWS * PIECE];
    float sums[ROW_BLOCK / ROWS][BATCH * ROWS * LANES];
} working_memory;

TK_INLINE size_t width_of(tk_format format) {
    return format == TK_F32 ? 4 : 2;
}

TK_INLINE __m256 load_weights(tk_format format, const uint8_t *row, size_t i) {
    if (format == TK_F32) return _mm256_castsi256_ps(tk_load(row + 4 * i));
    return format == TK_F16 ? tk_load_half8(row + 2 * i) : tk_load_bfloat8(row + 2 * i);
}

// The last n % 8 elements from element i on, followed by zeros.
TK_INLINE __m256 load_last(tk_format format, const uint8_t *row, size_t i, size_t n) {
    uint8_t last[32] = {0};
    memcpy(last, row + i * width_of(format), (n - i) * width_of(format));
    return load_weights(format, last, 0);
}

// sums[r * tokens + t] += eight lanes of rows[r] . x[t], from element `i` on
TK_INLINE void add_lanes(tk_format format, size_t rows, size_t tokens, const uint8_t *const row[],
                         const uint8_t *const x[], size_t i, __m256 *sums) {
    // Those of rows or tokens that are fewer stay in registers, or there would be too few for the sums.
    __m256 w[ROWS], v[MOST_TOKENS];
    if (tokens < rows) {
        for (size_t t = 0; t < tokens; t++) v[t] = load_weights(TK_F32, x[t], i);
        for (size_t r = 0; r < rows; r++) {
            w[r] = load_weights(format, row[r], i);
            for (size_t t = 0; t < tokens; t++)
                sums[r * tokens + t] = _mm256_fmadd_ps(w[r], v[t], sums[r * tokens + t]);
        }
    } else {
        for (size_t r = 0; r < rows; r++) w[r] = load_weights(format, row[r], i);
        for (size_t t = 0; t < tokens; t++) {
            v[t] = load_weights(TK_F32, x[t], i);
            for (size_t r = 0; r < rows; r++)
                sums[r * tokens + t] = _mm256_fmadd_ps(w[r], v[t], sums[r * tokens + t]);
        }
    }
}

// Rows that are asked for while others are worked on; NULL for none.
typedef struct ahead {
    const uint8_t *at;
    tk_pace pace;
} ahead;

// Asks for bytes `from` ... `from` + `count` - 1 of each of the rows ahead. Short rows are asked for in the
// order in which they lie: the processor looks ahead along one stream a page, and would lose it in several. With more
// tokens memory is not what is waited for, and the choice would cost registers of the loop.
TK_INLINE void ask_for(ahead next, size_t rows, size_t tokens, size_t stride, size_t from, size_t count) {
    bool in_line = tokens <= 2 && stride < LINE_UP_BYTES;
    const char *at = (const char *)next.at + (in_line ? LINE_UP_BYTES + rows * from : from);
    for (size_t r = 0; r < rows; r++)
        for (size_t line = 0; line < count; line += 64)
            _mm_prefetch(at + r * (in_line ? count : stride) + line, _MM_HINT_T0);
}

// sums[r * tokens + t] += lanes of rows[r] . x[t], over `count` elements
TK_INLINE void tile(tk_format format, size_t rows, size_t tokens, const uint8_t *const row[],
                    const uint8_t *const x[], size_t count, ahead next, size_t next_stride, __m256 *sums) {
    enum { STEP = UNROLLED * LANES };
    size_t i = 0;
    for (; i + STEP <= count; i += STEP) {
        if (next.at != NULL && (i / STEP & next.pace.mask) == next.pace.value)
            ask_for(next, rows, tokens, next_stride, i * width_of(format), STEP * width_of(format));
        for (size_t j = 0; j < STEP; j += LANES) add_lanes(format, rows, tokens, row, x, i + j, sums);
    }
    for (; i + LANES <= count; i += LANES) add_lanes(format, rows, tokens, row, x, i, sums);
    if (i < count)
        for (size_t r = 0; r < rows; r++) {
            __m256 w = load_last(format, row[r], i, count);
            for (size_t t = 0; t < tokens; t++)
                sums[r * tokens + t] =
                    _mm256_fmadd_ps(w, load_last(TK_F32, x[t], i, count), sums[r * tokens + t]);
        }
}

// `rows` whole rows times `tokens` tokens.
TK_INLINE void rows_times_few(tk_format format, size_t rows, size_t tokens, const uint8_t *row,
                              size_t row_bytes, const uint8_t *x, size_t x_stride, size_t n, ahead next,
                              float *y, size_t y_stride) {
    const uint8_t *row_pointers[ROWS], *x_pointers[MOST_TOKENS];
    for (size_t r = 0; r < rows; r++) row_pointers[r] = row + r * row_bytes;
    for (size_t t = 0; t < tokens; t++) x_pointers[t] = x + t * x_stride;
    __m256 sums[ROWS * TOKENS];
    for (size_t i = 0; i < rows * tokens; i++) sums[i] = _mm256_setzero_ps();
    tile(format, rows, tokens, row_pointers, x_pointers, n, next, row_bytes, sums);
    for (size_t r = 0; r < rows; r++)
        for (size_t t = 0; t < tokens; t++) y[t * y_stride + r] = tk_fold8(sums[r * tokens + t]);
}

// `rows` rows times all of a few tokens; the rows are in the nearest caches for all but the first of them.
TK_INLINE void few_rows(tk_format format, size_t rows, const uint8_t *row, size_t row_bytes, const uint8_t *x,
                        size_t x_stride, size_t m, size_t n, float *y, size_t y_stride) {
    size_t tiles = (m + WORTH_THREE - 1) / WORTH_THREE;
    ahead next = {.at = row + rows * row_bytes + PREFETCH_BYTES, .pace = {tiles > 3 ? 3 : tiles > 1, 0}};
    for (; m >= 7 || m == 4; m -= 4, x += 4 * x_stride, y += 4 * y_stride, next.pace.value++)
        rows_times_few(format, rows, 4, row, row_bytes, x, x_stride, n, next, y, y_stride);
    for (; m >= 5 || m == 3; m -= 3, x += 3 * x_stride, y += 3 * y_stride, next.pace.value++)
        rows_times_few(format, rows, 3, row, row_bytes, x, x_stride, n, next, y, y_stride);
    if (m == 2) rows_times_few(format, rows, 2, row, row_bytes, x, x_stride, n, next, y, y_stride);
    if (m == 1) rows_times_few(format, rows, 1, row, row_bytes, x, x_stride, n, next, y, y_stride);
}

// Two rows times five or six tokens at once.
TK_INLINE void pair_of_rows(tk_format format, const uint8_t *row, size_t row_bytes, const uint8_t *x,
                            size_t x_stride, size_t m, size_t n, float *y, size_t y_stride) {
    ahead next = {.at = row + 2 * row_bytes + PREFETCH_BYTES};
    if (m == 5) rows_times_few(format, 2, 5, row, row_bytes, x, x_stride, n, next, y, y_stride);
    if (m == 6) rows_times_few(format, 2, 6, row, row_bytes, x, x_stride, n, next, y, y_stride);
}

TK_INLINE void few_tokens(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                          const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride) {
    size_t row_bytes = n * width_of(format), row = row0;
    if (m <= 2) {
        for (; row + ROWS <= row1; row += ROWS)
            few_rows(format, ROWS, weights + row * row_bytes, row_bytes, x, x_stride, m, n, y + row,
                     y_stride);
    } else if (m == 5 || m == MOST_TOKENS) {  // one tile of two rows costs less than two of three
        for (; row + 2 <= row1; row += 2)
            pair_of_rows(format, weights + row * row_bytes, row_bytes, x, x_stride, m, n, y + row, y_stride);
    } else {  // sums of three rows by four tokens still fit the registers
        for (; row + 3 <= row1; row += 3)
            few_rows(format, 3, weights + row * row_bytes, row_bytes, x, x_stride, m, n, y + row, y_stride);
    }
    for (; row < row1; row++)
        few_rows(format, 1, weights + row * row_bytes, row_bytes, x, x_stride, m, n, y + row, y_stride);
}

static void few_tokens_dense(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                             const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride) {
    if (format == TK_F32) few_tokens(TK_F32, weights, n, row0, row1, x, x_stride, m, y, y_stride);
    if (format == TK_F16) few_tokens(TK_F16, weights, n, row0, row1, x, x_stride, m, y, y_stride);
    if (format == TK_BF16) few_tokens(TK_BF16, weights, n, row0, row1, x, x_stride, m, y, y_stride);
}

void tk_avx2_matvec_dense(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                          const float *x, float *y) {
    few_tokens_dense(format, weights, n, row0, row1, (const void *)x, 0, 1, y, 0);
}

// Elements of float rows times `tokens` tokens, added to the sums in memory.
TK_INLINE void add_tile(size_t rows, size_t tokens, const uint8_t *row, size_t row_stride, const uint8_t *x,
                        size_t x_stride, size_t count, float *sums) {
    const uint8_t *row_pointers[ROWS], *x_pointers[MOST_TOKENS];
    for (size_t r = 0; r < rows; r++) row_pointers[r] = row + r * row_stride;
    for (size_t t = 0; t < tokens; t++) x_pointers[t] = x + t * x_stride;
    __m256 lanes[ROWS * TOKENS];
    for (size_t r = 0; r < rows; r++)
        for (size_t t = 0; t < tokens; t++)
            lanes[r * tokens + t] = _mm256_loadu_ps(sums + (t * ROWS + r) * LANES);
    tile(TK_F32, rows, tokens, row_pointers, x_pointers, count, (ahead){0}, 0, lanes);
    for (size_t r = 0; r < rows; r++)
        for (size_t t = 0; t < tokens; t++)
            _mm256_storeu_ps(sums + (t * ROWS + r) * LANES, lanes[r * tokens + t]);
}

TK_INLINE void add_tiles(size_t rows, const uint8_t *row, size_t row_stride, const uint8_t *x,
                         size_t x_stride, size_t m, size_t count, float *sums) {
    enum { STEP = ROWS * LANES };
    for (; m >= TOKENS; m -= TOKENS, x += TOKENS * x_stride, sums += TOKENS * STEP)
        add_tile(rows, TOKENS, row, row_stride, x, x_stride, count, sums);
    if (m == 2) add_tile(rows, 2, row, row_stride, x, x_stride, count, sums);
    if (m == 1) add_tile(rows, 1, row, row_stride, x, x_stride, count, sums);
}

// One to four rows times a batch of tokens, elements `begin` to `end`.
TK_INLINE void add_piece(tk_format format, size_t rows, const uint8_t *weights, size_t row_bytes,
                         const uint8_t *x, size_t x_stride, size_t m, size_t begin, size_t end, float *piece,
                         float *sums) {
    size_t count = end - begin, stride = row_bytes;
    const uint8_t *row = weights + tk_row_bytes(format, begin);
    const uint8_t *next = row + ROWS * row_bytes;  // the same piece of the next four rows
    if (format != TK_F32) {
        for (size_t r = 0; r < rows; r++) {
            for (size_t line = 0; line < tk_row_bytes(format, count); line += 64)
                _mm_prefetch((const char *)next + r * row_bytes + line, _MM_HINT_T0);
            tk_avx2_dequantize_row(format, row + r * row_bytes, count, piece + r * PIECE);
        }
        row = (const void *)piece;
        stride = PIECE * sizeof(float);
    }
    x += begin * sizeof(float);
    if (rows == ROWS)
        add_tiles(ROWS, row, stride, x, x_stride, m, count, sums);
    else
        for (size_t r = 0; r < rows; r++)
            add_tiles(1, row + r * stride, 0, x, x_stride, m, count, sums + r * LANES);
}

size_t tk_avx2_dense_scratch_bytes(void) {
    return sizeof(working_memory) + TK_ALIGNMENT;
}

void tk_avx2_matmul_dense(tk_format format, const uint8_t *weights, size_t n, size_t row0, size_t row1,
                          const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride,
                          void *scratch) {
    size_t token_bytes = n * sizeof(float);
    bool few = m <= FEW || m * token_bytes <= FEW_BYTES || WORTH_BATCHING * token_bytes <= FEW_BYTES;
    if (format == TK_F32) few = m <= 2;
    if (few && tk_operand_of(format) == TK_OPERAND_F32) {
        // Tokens that fit the second-level cache, then the next ones, while a block of rows stays there too.
        size_t batch = FEW_BYTES / (token_bytes + 1), block = BLOCK_BYTES / (n * width_of(format) + 1);
        batch = batch < FEW ? FEW : batch / WORTH_THREE * WORTH_THREE;
        block = m <= batch ? row1 - row0 : block < ROW_BLOCK ? ROW_BLOCK : block / 3 * 3;
        for (size_t row = row0; row < row1; row += block)
            for (size_t t = 0; t < m; t += batch)
                few_tokens_dense(format, weights, n, row, row1 - row < block ? row1 : row + block,
                                 x + t * x_stride, x_stride, m - t < batch ? m - t : batch, y + t * y_stride,
                                 y_stride);
        return;
    }
    working_memory *memory = scratch;
    size_t row_bytes = tk_row_bytes(format, n);
    for (size_t start = 0; start < m; start += BATCH) {
        size_t tokens = m - start < BATCH ? m - start : BATCH;
        const uint8_t *batch = x + start * x_stride;
        for (size_t row = row0; row < row1; row += ROW_BLOCK) {
            size_t rows = row1 - row < ROW_BLOCK ? row1 - row : ROW_BLOCK, groups = (rows + ROWS - 1) / ROWS;
            for (size_t g = 0; g < groups; g++)
                memset(memory->sums[g], 0, tokens * ROWS * LANES * sizeof(float));
            for (size_t begin = 0; begin < n; begin += PIECE) {
                size_t end = n - begin < PIECE ? n : begin + PIECE;
                for (size_t g = 0; g < groups; g++)
                    add_piece(format, rows - g * ROWS < ROWS ? rows - g * ROWS : ROWS,
                              weights + (row + g * ROWS) * row_bytes, row_bytes, batch, x_stride, tokens,
                              begin, end, memory->piece, memory->sums[g]);
            }
            for (size_t t = 0; t < tokens; t++)
                for (size_t r = 0; r < rows; r++)
                    y[(start + t) * y_stride + row + r] =
                        tk_fold8(_mm256_loadu_ps(memory->sums[r / ROWS] + (t * ROWS + r % ROWS) * LANES));
        }
    }
}

size_t tk_avx2_matmul_f32_scratch_floats(size_t n) {
    (void)n;
    return tk_avx2_dense_scratch_bytes() / sizeof(float);
}

void tk_avx2_matmul_f32(tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                        const float *x, size_t x_stride, size_t m, float *y, size_t y_stride,
                        float *scratch) {
    tk_avx2_matmul_dense(format, weights, n, row0, row1, (const void *)x, x_stride * sizeof(float), m, y,
                         y_stride, tk_aligned(scratch));
}

TK_END_AVX2
#endif
