// What the attention kernels of all instruction sets share: chunks, and the layout of memory.
#ifndef TESSERA_ATTENTION_H
#define TESSERA_ATTENTION_H

#include "blocks.h"

enum {
    TK_CHUNK = TK_PAGE,
    TK_TILE = 3  // the most queries that are reduced together
};

// Floats between converted rows: whole blocks of every cache format.
static inline size_t tk_padded(size_t head_size) {
    return (head_size + TK_BLOCK - 1) / TK_BLOCK * TK_BLOCK;
}

// A softmax over some positions: the largest score, the sum of exp(score - largest), and after them in memory
// the values weighted with exp(score - largest), `head_size` of them.
typedef struct tk_partial {
    float largest;
    float sum;
} tk_partial;

// Scratch memory: a chunk of keys and one of values as floats, the partial results of a tile of queries, and
// what every query has so far (its values lie in `out`).
typedef struct tk_attention_scratch {
    float *keys;       // [TK_CHUNK, padded]
    float *values;     // [TK_CHUNK, padded]
    float *partials;   // [TK_TILE, tk_attention_partial_floats]
    tk_partial *sums;  // [m]
} tk_attention_scratch;

static inline tk_attention_scratch tk_lay_out(float *scratch, size_t head_size) {
    float *values = scratch + TK_CHUNK * tk_padded(head_size);
    float *partials = values + TK_CHUNK * tk_padded(head_size);
    float *sums = partials + TK_TILE * tk_attention_partial_floats(head_size);
    return (tk_attention_scratch){scratch, values, partials, (tk_partial *)sums};
}

// The part of a chunk, as offsets into it, that a query sees: empty when begin >= end.
typedef struct tk_span {
    size_t begin;
    size_t end;
} tk_span;

static inline tk_span tk_seen(const tk_query *query, size_t chunk) {
    size_t start = chunk * TK_CHUNK;
    size_t begin = query->from > start ? query->from - start : 0;
    size_t end = query->end > start ? query->end - start : 0;
    return (tk_span){begin, end < TK_CHUNK ? end : TK_CHUNK};
}

// Whether some slots of the chunk are not the positions themselves for this query.
static inline bool tk_is_branched(const tk_query *query, size_t chunk) {
    return query->tail != NULL && query->end > query->tail_from && query->tail_from < (chunk + 1) * TK_CHUNK;
}

// The key of the position `offset` places into the chunk.
static inline const uint8_t *tk_key(const tk_kv *kv, const tk_query *query, size_t chunk, size_t offset) {
    size_t position = chunk * TK_CHUNK + offset;
    bool branched = query->tail != NULL && position >= query->tail_from;
    size_t slot = branched ? query->tail[position - query->tail_from] : position;
    return kv->pages[slot / TK_PAGE] + kv->offset + slot % TK_PAGE * kv->stride;
}

// The chunks that any of the queries sees.
static inline tk_span tk_chunks(const tk_query *queries, size_t m) {
    tk_span chunks = {SIZE_MAX, 0};
    for (size_t t = 0; t < m; t++) {
        size_t begin = queries[t].from / TK_CHUNK, end = (queries[t].end + TK_CHUNK - 1) / TK_CHUNK;
        chunks.begin = begin < chunks.begin ? begin : chunks.begin;
        chunks.end = end > chunks.end ? end : chunks.end;
    }
    return chunks;
}

#endif
