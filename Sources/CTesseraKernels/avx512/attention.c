// Attention, AVX-512: the steps of portable/attention.c over tiles of up to three queries.
//
// A chunk of the cache is converted to floats once for all queries that read it. Queries of different
// branches of a tree share what lies before their branches; the rows of a branch take the place of those of
// the last.
#include "avx512.h"

#if defined(__x86_64__)
#include "tiles.h"

TK_BEGIN_AVX512

// A chunk as floats: keys as `tk_place_of_key` says, values `[TK_CHUNK, padded]`.
typedef struct converted {
    float *keys, *values;
    const uint8_t *rows[TK_CHUNK];  // which row of the cache lies at each position; NULL for none
    tk_span straight;               // positions whose rows are known to lie in order
} converted;

// Sixteen floats of a row.
TK_INLINE __m512 load16(tk_format format, const uint8_t *row, size_t i) {
    if (format == TK_F16) return _mm512_cvtph_ps(tk_load(row + 2 * i));
    __m256 low = tk_load_row8(format, row, i), high = tk_load_row8(format, row, i + 8);
    return _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
}

TK_INLINE void convert_row(tk_format format, const uint8_t *row, size_t value_offset, size_t head_size,
                           float *key, float *value) {
    size_t i = 0;
    for (; i + 16 <= head_size; i += 16, key += 16 * TK_GROUP) {
        __m512 sixteen = load16(format, row, i);
        _mm256_storeu_ps(key, _mm512_castps512_ps256(sixteen));
        _mm256_storeu_ps(key + 8 * TK_GROUP, _mm512_extractf32x8_ps(sixteen, 1));
        _mm512_storeu_ps(value + i, load16(format, row + value_offset, i));
    }
    if (i == head_size) return;
    _mm256_storeu_ps(key, tk_load_row8(format, row, i));
    _mm256_storeu_ps(value + i, tk_load_row8(format, row + value_offset, i));
}

// Puts `count` rows, one `stride` after another, at the positions from p on.
TK_INLINE void place_as(tk_format format, const tk_kv *kv, size_t p, const uint8_t *row, size_t stride,
                        size_t count, converted *chunk) {
    size_t head_size = kv->head_size, padded = tk_padded(head_size);
    for (size_t end = p + count; p < end; p++, row += stride) {
        if (chunk->rows[p] == row) continue;
        chunk->rows[p] = row;
        convert_row(format, row, kv->value_offset, head_size, tk_place_of_key(chunk->keys, p, head_size),
                    chunk->values + p * padded);
    }
}

static void place_rows(const tk_kv *kv, size_t p, const uint8_t *row, size_t stride, size_t count,
                       converted *chunk) {
    if (kv->format == TK_F16)
        place_as(TK_F16, kv, p, row, stride, count, chunk);
    else if (kv->format == TK_F32)
        place_as(TK_F32, kv, p, row, stride, count, chunk);
    else
        place_as(TK_Q8_0, kv, p, row, stride, count, chunk);
}

// Puts the rows that a query reads at the positions `any` of a chunk.
static void place(const tk_kv *kv, const tk_query *query, size_t index, tk_span any, converted *chunk) {
    size_t start = index * TK_CHUNK, end = any.end;
    if (tk_is_branched(query, index)) end = query->tail_from > start ? query->tail_from - start : 0;
    if (end > any.end) end = any.end;
    if (any.begin < end && (any.begin < chunk->straight.begin || chunk->straight.end < end)) {
        const uint8_t *first = kv->pages[index] + kv->offset + any.begin * kv->stride;
        place_rows(kv, any.begin, first, kv->stride, end - any.begin, chunk);
        chunk->straight = (tk_span){any.begin, end};
    }
    for (size_t p = end > any.begin ? end : any.begin; p < any.end; p++) {
        place_rows(kv, p, tk_key(kv, query, index, p), 0, 1, chunk);
        if (p < chunk->straight.end) chunk->straight.end = p;
    }
}

// Whether two queries read the same rows of a chunk.
static bool reads_the_same(const tk_query *a, const tk_query *b, size_t chunk) {
    bool branched = tk_is_branched(a, chunk);
    if (branched != tk_is_branched(b, chunk)) return false;
    return !branched || (a->tail == b->tail && a->tail_from == b->tail_from && a->end == b->end);
}

// How many of up to four queries, the first of which sees something, can share a tile.
static size_t sharing(const tk_query *queries, size_t m, size_t chunk) {
    tk_span both = tk_seen(queries, chunk);
    size_t count = 1;
    for (; count < m && count <= TK_TILE; count++) {
        tk_span seen = tk_seen(queries + count, chunk);
        both = tk_both((tk_span[]){both, seen});
        if (both.begin >= both.end || !reads_the_same(queries, queries + count, chunk)) break;
    }
    return count;
}

static tk_tile tile_of(const tk_query *queries, size_t count, size_t chunk) {
    tk_tile tile = {.any = tk_seen(queries, chunk), .both = tk_seen(queries, chunk)};
    for (size_t t = 0; t < count; t++) {
        tile.q[t] = queries[t].q;
        tile.seen[t] = tk_seen(queries + t, chunk);
        tile.any = tk_any((tk_span[]){tile.any, tile.seen[t]});
        tile.both = tk_both((tk_span[]){tile.both, tile.seen[t]});
    }
    return tile;
}

static void attend(size_t queries, const tk_tile *tile, const converted *chunk, size_t head_size,
                   float scale) {
    if (queries == 1)
        tk_attend_tile(1, tile, chunk->keys, chunk->values, head_size, scale);
    else if (queries == 2)
        tk_attend_tile(2, tile, chunk->keys, chunk->values, head_size, scale);
    else
        tk_attend_tile(3, tile, chunk->keys, chunk->values, head_size, scale);
}

static void attend_chunk(const tk_kv *kv, const tk_query *queries, size_t m, size_t index, float scale,
                         const tk_attention_sink *sink) {
    size_t floats = tk_attention_partial_floats(kv->head_size);
    converted chunk = {.keys = sink->scratch.keys, .values = sink->scratch.values};
    for (size_t t = 0; t < m;) {
        tk_span seen = tk_seen(queries + t, index);
        if (seen.begin >= seen.end) {
            t++;
            continue;
        }
        size_t count = sharing(queries + t, m - t, index);
        if (count > TK_TILE) count = 2;  // two and two are faster than three and one
        tk_tile tile = tile_of(queries + t, count, index);
        for (size_t k = 0; k < count; k++)
            tile.partials[k] = sink->partials != NULL
                                   ? sink->partials + (t + k) * sink->stride + index * floats
                                   : sink->scratch.partials + k * floats;
        place(kv, queries + t, index, tile.any, &chunk);
        attend(count, &tile, &chunk, kv->head_size, scale);
        if (sink->partials == NULL)
            for (size_t k = 0; k < count; k++)
                tk_avx2_attention_add(sink->scratch.sums + t + k, queries[t + k].out, tile.partials[k],
                                      kv->head_size);
        t += count;
    }
}

void tk_avx512_attention(const tk_kv *kv, const tk_query *queries, size_t m, float scale, float *scratch) {
    tk_avx2_attention_by(attend_chunk, kv, queries, m, scale, scratch);
}

void tk_avx512_attention_partials(const tk_kv *kv, const tk_query *queries, size_t m, float scale,
                                  size_t chunk0, size_t chunk1, float *partials, size_t partials_stride,
                                  float *scratch) {
    tk_avx2_attention_partials_by(attend_chunk, kv, queries, m, scale, chunk0, chunk1, partials,
                                  partials_stride, scratch);
}

TK_END_AVX512
#endif
