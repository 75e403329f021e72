// Products of sixteen rows and sixteen tokens by tiles, block by block of 32 weights.
//
// A tile of weights is a block of avx512/sixteen.h: four neighbouring weights of each of sixteen rows fill one
// of its rows. A tile of tokens has their values in its rows. Their product, a tile of exact integers, is
// stored and then scaled and added as in every other product, so that results have the same bits.
//
// Storing a tile waits for its product and keeps the vector units busy, and a tile does not see what vectors
// have stored, nor vectors what a tile has, before it is in the cache: whoever calls these functions lets other
// blocks pass between two steps of a block.
#ifndef TESSERA_AMX_TILES_H
#define TESSERA_AMX_TILES_H

#include "amx.h"

#if defined(__x86_64__)
#include "../avx512/sixteen.h"

TK_BEGIN_AMX

enum { TK_TILE_ROWS = 16 };  // rows of a tile, and int32 in each of them

// A block of sixteen tokens.
typedef struct tk_token_tile {
    int8_t values[TK_TILE_ROWS][TK_BLOCK];
    float scales[TK_TILE_ROWS], sums[TK_TILE_ROWS];
} tk_token_tile;

// The `blocks` blocks of the first `m` of sixteen tokens; the others are zero.
TK_INLINE void tk_lay_out_tokens(const uint8_t *x, size_t x_stride, size_t m, size_t blocks,
                                 tk_token_tile *out) {
    if (m < TK_TILE_ROWS) memset(out, 0, blocks * sizeof *out);
    for (size_t t = 0; t < m && t < TK_TILE_ROWS; t++) {
        const tk_q8_block *token = (const void *)(x + t * x_stride);
        for (size_t b = 0; b < blocks; b++) {
            memcpy(out[b].values[t], token[b].values, TK_BLOCK);
            out[b].scales[t] = token[b].scale;
            out[b].sums[t] = token[b].sum;
        }
    }
}

// Tiles 0 and 1 hold integers, 2 and 3 tokens, 4 and 5 weights. The functions below take the first of each or,
// when `odd`, the second.
TK_INLINE void tk_configure_tiles(void) {
    struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    } tiles = {.palette = 1};
    for (size_t i = 0; i < 6; i++) {
        tiles.row_bytes[i] = i == 2 || i == 3 ? TK_BLOCK : TK_TILE_ROWS * sizeof(int32_t);
        tiles.rows[i] = i < 4 ? TK_TILE_ROWS : TK_SIXTEEN_STEPS;
    }
    _tile_loadconfig(&tiles);
}

TK_INLINE void tk_multiply_tiles(const tk_token_tile *x, const tk_sixteen *w, bool odd) {
    if (odd) {
        _tile_zero(1);
        _tile_loadd(3, x->values, TK_BLOCK);
        _tile_loadd(5, w->q, sizeof w->q[0]);
        _tile_dpbsud(1, 3, 5);
    } else {
        _tile_zero(0);
        _tile_loadd(2, x->values, TK_BLOCK);
        _tile_loadd(4, w->q, sizeof w->q[0]);
        _tile_dpbsud(0, 2, 4);
    }
}

TK_INLINE void tk_store_tile(__m512i integers[TK_TILE_ROWS], bool odd) {
    if (odd)
        _tile_stored(1, integers, sizeof integers[0]);
    else
        _tile_stored(0, integers, sizeof integers[0]);
}

// sums[t] += the integers of the first `tokens` tokens, scaled.
TK_INLINE void tk_add_tile(size_t tokens, const tk_sixteen *w, const tk_token_tile *x,
                           const __m512i integers[TK_TILE_ROWS], __m512 *sums) {
    __m512 d = w->d, m = w->m;
#pragma clang loop unroll(full)
    for (size_t t = 0; t < tokens; t++) {
        sums[t] = _mm512_fmadd_ps(m, _mm512_set1_ps(x->sums[t]), sums[t]);
        __m512 scale = _mm512_mul_ps(d, _mm512_set1_ps(x->scales[t]));
        sums[t] = _mm512_fmadd_ps(scale, _mm512_cvtepi32_ps(integers[t]), sums[t]);
    }
}

TK_END_AMX
#endif
#endif
