// Products of many tokens with quantised rows, AMX.
//
// A block goes through four steps: its weights are unpacked and multiplied, the integers stored and added.
// While one block is unpacked another is added, and the tiles work on those in between. Up to sixteen tokens
// go through blocks as these come from memory, more through a panel that is unpacked first.
#include "tiles.h"

#if defined(__x86_64__)
TK_BEGIN_AMX

enum {
    FEWEST = 9,                // tokens that tiles pay for,
    FEWEST_OF_TWO = 24,        // when they need two tiles; for fewer, vectors are as fast
    UNPACKED = 3,              // blocks from unpacking to multiplying,
    MULTIPLIED = 1,            // to storing,
    STORED = 2,                // and to adding
    RING = 8,                  // blocks in between, and a power of two
    BATCH_BYTES = 384 * 1024,  // tokens that go through the panels at a time,
    FEWEST_TILES = 4           // and the least of them, in tiles
};

TK_INLINE void clear(size_t tokens, __m512 *sums) {
    for (size_t t = 0; t < tokens; t++) sums[t] = _mm512_setzero_ps();
}

// Stores sixteen rows of the first `m` tokens.
TK_INLINE void store(size_t tokens, size_t m, const __m512 *sums, float *y, size_t y_stride) {
#pragma clang loop unroll(full)
    for (size_t t = 0; t < tokens; t++)
        if (t < m) _mm512_storeu_ps(y + t * y_stride, sums[t]);
}

// Sixteen rows a time times `m` tokens, at most `tokens`.
TK_INLINE void some(tk_format format, size_t block_bytes, size_t tokens, const uint8_t *weights,
                    size_t blocks, size_t row0, size_t row1, const tk_token_tile *x, size_t m, float *y,
                    size_t y_stride) {
    tk_sixteen w[RING];
    __m512i integers[RING][TK_TILE_ROWS];
    __m512 sums[TK_TILE_ROWS];
    size_t row_bytes = blocks * block_bytes, count = (row1 - row0) / TK_SIXTEEN * blocks;
    // Where the blocks that are unpacked, multiplied and added next lie in their rows.
    size_t unpacked = 0, multiplied = 0, added = 0, unpacked_row = row0, added_row = row0;
    tk_sixteen_rows rows = tk_sixteen_rows_from(weights, row_bytes, row0, row1);
    clear(tokens, sums);
    for (size_t i = 0; i < count + UNPACKED + MULTIPLIED + STORED; i++) {
        if (i < count) {
            tk_load_sixteen(format, block_bytes, &rows, unpacked * block_bytes, w + i % RING);
            if (++unpacked == blocks && i + 1 < count) {
                unpacked = 0;
                unpacked_row += TK_SIXTEEN;
                rows = tk_sixteen_rows_from(weights, row_bytes, unpacked_row, row1);
            }
        }
        size_t j = i - UNPACKED;  // wraps to a large number at first
        if (j < count) {
            tk_multiply_tiles(x + multiplied, w + j % RING, j % 2);
            if (++multiplied == blocks) multiplied = 0;
        }
        j -= MULTIPLIED;
        if (j < count) tk_store_tile(integers[j % RING], j % 2);
        j -= STORED;
        if (j < count) {
            tk_add_tile(tokens, w + j % RING, x + added, integers[j % RING], sums);
            if (++added == blocks) {
                store(tokens, m, sums, y + added_row, y_stride);
                clear(tokens, sums);
                added = 0;
                added_row += TK_SIXTEEN;
            }
        }
    }
}

// A panel of sixteen rows times `m` tokens.
static void panel_times_tokens(const tk_sixteen *panel, size_t blocks, const tk_token_tile *x, size_t m,
                               float *y, size_t y_stride) {
    __m512i integers[RING][TK_TILE_ROWS];
    __m512 sums[TK_TILE_ROWS];
    size_t count = (m + TK_TILE_ROWS - 1) / TK_TILE_ROWS * blocks, multiplied = 0, added = 0, token = 0;
    clear(TK_TILE_ROWS, sums);
    for (size_t i = 0; i < count + MULTIPLIED + STORED; i++) {
        if (i < count) {
            tk_multiply_tiles(x + i, panel + multiplied, i % 2);
            if (++multiplied == blocks) multiplied = 0;
        }
        size_t j = i - MULTIPLIED;  // wraps to a large number at first
        if (j < count) tk_store_tile(integers[j % RING], j % 2);
        j -= STORED;
        if (j < count) {
            tk_add_tile(TK_TILE_ROWS, panel + added, x + j, integers[j % RING], sums);
            if (++added == blocks) {
                store(TK_TILE_ROWS, m - token, sums, y + token * y_stride, y_stride);
                clear(TK_TILE_ROWS, sums);
                added = 0;
                token += TK_TILE_ROWS;
            }
        }
    }
}

static size_t tiles_of_batch(size_t blocks) {
    size_t tiles = BATCH_BYTES / (blocks * sizeof(tk_token_tile) + 1);
    return tiles < FEWEST_TILES ? FEWEST_TILES : tiles;
}

TK_INLINE void many(tk_format format, size_t block_bytes, const uint8_t *weights, size_t blocks, size_t row0,
                    size_t row1, const uint8_t *x, size_t x_stride, size_t m, float *y, size_t y_stride,
                    tk_sixteen *panel) {
    tk_token_tile *tokens = (void *)(panel + blocks);
    size_t batch = tiles_of_batch(blocks) * TK_TILE_ROWS;
    for (size_t first = 0; first < m; first += batch) {
        size_t count = m - first < batch ? m - first : batch;
        for (size_t t = 0; t < count; t += TK_TILE_ROWS)
            tk_lay_out_tokens(x + (first + t) * x_stride, x_stride, count - t, blocks,
                              tokens + t / TK_TILE_ROWS * blocks);
        for (size_t row = row0; row < row1; row += TK_SIXTEEN) {
            tk_sixteen_rows rows = tk_sixteen_rows_from(weights, blocks * block_bytes, row, row1);
            for (size_t b = 0; b < blocks; b++)
                tk_load_sixteen(format, block_bytes, &rows, b * block_bytes, panel + b);
            panel_times_tokens(panel, blocks, tokens, count, y + first * y_stride + row, y_stride);
        }
    }
}

TK_INLINE void multiply(tk_format format, size_t block_bytes, const uint8_t *weights, size_t blocks,
                        size_t row0, size_t row1, const uint8_t *x, size_t x_stride, size_t m, float *y,
                        size_t y_stride, void *memory) {
    tk_configure_tiles();
    if (m <= TK_TILE_ROWS) tk_lay_out_tokens(x, x_stride, m, blocks, memory);
    if (m <= 12)
        some(format, block_bytes, 12, weights, blocks, row0, row1, memory, m, y, y_stride);
    else if (m <= TK_TILE_ROWS)
        some(format, block_bytes, TK_TILE_ROWS, weights, blocks, row0, row1, memory, m, y, y_stride);
    else
        many(format, block_bytes, weights, blocks, row0, row1, x, x_stride, m, y, y_stride, memory);
    // Tiles in use make switching between threads slower.
    _tile_release();
}

size_t tk_amx_matmul_scratch_bytes(tk_format format, size_t n) {
    size_t others = tk_avx512_matmul_scratch_bytes(format, n), blocks = n / TK_BLOCK;
    size_t own =
        blocks * (sizeof(tk_sixteen) + tiles_of_batch(blocks) * sizeof(tk_token_tile)) + TK_ALIGNMENT;
    return others > own ? others : own;
}

void tk_amx_matmul(tk_format format, const void *weights, size_t n, size_t row0, size_t row1, const void *x,
                   size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch) {
    bool pays = m >= FEWEST && (m <= TK_TILE_ROWS || m >= FEWEST_OF_TWO);
    size_t blocks = n / TK_BLOCK, whole = row0;  // the rows before this one go through tiles
    void *memory = tk_aligned(scratch);
    if (pays && (format == TK_Q4_0 || format == TK_Q4_1 || format == TK_Q8_0))
        whole = row0 + (row1 - row0) / TK_SIXTEEN * TK_SIXTEEN;
    if (whole > row0) switch (format) {
        case TK_Q4_0:
            multiply(TK_Q4_0, TK_Q4_0_BYTES, weights, blocks, row0, whole, x, x_stride, m, y, y_stride,
                     memory);
            break;
        case TK_Q4_1:
            multiply(TK_Q4_1, TK_Q4_1_BYTES, weights, blocks, row0, whole, x, x_stride, m, y, y_stride,
                     memory);
            break;
        default:
            multiply(TK_Q8_0, TK_Q8_0_BYTES, weights, blocks, row0, whole, x, x_stride, m, y, y_stride,
                     memory);
        }
    if (whole < row1)
        tk_avx512_matmul(format, weights, n, whole, row1, x, x_stride, m, y, y_stride, scratch);
}

TK_END_AMX
#endif
