// Kernels of the decoding engine: products with quantised and dense weights, attention, and the small vector
// operations between them, in portable C, AVX2, AVX-512 VNNI and AMX, chosen at run time.
//
// Weights and cache rows may lie at any address; other pointers need the alignment of their element type.
// Outputs must not overlap inputs unless a function says so. No function allocates (but for a team), traps or
// reads outside the sizes it is given, whatever the bytes of the weights are. Sizes are checked by the caller
// (the Swift engine) once, when a model is loaded.
#ifndef TESSERA_KERNELS_H
#define TESSERA_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------------------------------------------------
// Formats

// Storage formats of a weight row. The numbers are those of GGUF's tensor types; blocks.h has the layouts.
typedef enum tk_format {
    TK_F32 = 0,
    TK_F16 = 1,
    TK_Q4_0 = 2,  // 32 weights: 4-bit q, d;       w = d * (q - 8)
    TK_Q4_1 = 3,  // 32 weights: 4-bit q, d, m;    w = d * q + m
    TK_Q5_0 = 6,  // 32 weights: 5-bit q, d;       w = d * (q - 16)
    TK_Q5_1 = 7,  // 32 weights: 5-bit q, d, m;    w = d * q + m
    TK_Q8_0 = 8,  // 32 weights: int8 q, d;        w = d * q
    TK_Q4_K =
        12,  // 256 weights: 4-bit q, d, dmin, for every 32 of them 6-bit s and t; w = d * s * q - dmin * t
    TK_Q5_K = 13,  // 256 weights: the same with 5-bit q
    TK_Q6_K = 14,  // 256 weights: 6-bit q, d, for every 16 of them int8 s;              w = d * s * (q - 32)
    TK_BF16 = 30
} tk_format;

// Weights in one block: 1 for F32, F16 and BF16, 32 or 256 for the quantised formats; 0 for an unknown
// format.
size_t tk_block_size(tk_format format);

// Bytes of a row of `n` weights; 0 for an unknown format or when `n` is not a multiple of the block.
size_t tk_row_bytes(tk_format format, size_t n);

// What a product with weights of some format wants on its other side.
typedef enum tk_operand {
    TK_OPERAND_F32,  // the floats themselves
    TK_OPERAND_Q8    // blocks of 32 int8 with a scale, from `tk_quantize_row`
} tk_operand;

tk_operand tk_operand_of(tk_format format);

// 32 activations: x is about scale * values. `sum` and `halves` are for what a format adds to all of its
// weights, or to 16 of them.
typedef struct tk_q8_block {
    float scale;
    float sum;          // scale * (sum of values)
    int16_t halves[2];  // sums of values[0..15] and values[16..31]
    int8_t values[32];
} tk_q8_block;

// Stores `n` floats, a multiple of the block, as a row of `format`.
//
// Q8_0, Q4_0, Q4_1, Q5_0 and Q5_1 round as GGUF's reference does, F16 and BF16 to the nearest even. The K
// formats are searched for scales with a small squared error, in some microseconds a block. Every format but
// F32, F16 and BF16 needs finite floats: a block with others holds some numbers or NaN. The bytes do not
// depend on the instruction set.
void tk_quantize_weights(tk_format format, const float *x, size_t n, void *row);

// ---------------------------------------------------------------------------------------------------------
// Choosing an instruction set

typedef enum tk_isa {
    TK_ISA_PORTABLE = 0,
    TK_ISA_AVX2 = 1,        // with FMA and F16C
    TK_ISA_AVX512VNNI = 2,  // F, BW, DQ, VL, VNNI
    TK_ISA_AMX = 3          // with AVX512VNNI, tiles and their products of bytes
} tk_isa;

// Whether this CPU (and operating system) can run `isa`. Asks the system to let the process use the tiles of
// TK_ISA_AMX, so it comes before any use of that one.
bool tk_isa_available(tk_isa isa);

// The best instruction set that this CPU can run.
tk_isa tk_isa_best(void);

// A short name: "portable", "avx2", "avx512-vnni", "amx-int8".
const char *tk_isa_name(tk_isa isa);

// ---------------------------------------------------------------------------------------------------------
// Products. `isa` must be available. Row r begins at weights + r * tk_row_bytes(format, n); n is below 2^26.

// values of a row as floats
void tk_dequantize_row(tk_isa isa, tk_format format, const void *row, size_t n, float *out);

// out[n / 32] blocks; n is a multiple of 32. Rounds half to even; scale = max|x| / 127; values in -127...127.
// A block with an infinity or a NaN gets a scale that is not finite either, which spoils products with it; a
// block whose values are all below 2^-100 becomes zero.
void tk_quantize_row(tk_isa isa, const float *x, size_t n, tk_q8_block *out);

// One token: y[r] = weights[r] . x for row0 <= r < row1. `x` is float[n] or tk_q8_block[n / 32], by
// tk_operand_of.
//
// A result of `tk_matvec` or `tk_matmul` depends on nothing but its row and its token: within one instruction
// set the two functions are bit-equal to each other, for any `m` and any split of the rows into calls.
void tk_matvec(tk_isa isa, tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
               const void *x, float *y);

// Many tokens: y[t * y_stride + r] = weights[r] . x[t] for row0 <= r < row1, 0 <= t < m. Token t's operand
// begins at x + t * x_stride bytes. `scratch` has tk_matmul_scratch_bytes(...) bytes and belongs to the
// calling thread.
void tk_matmul(tk_isa isa, tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
               const void *x, size_t x_stride, size_t m, float *y, size_t y_stride, void *scratch);
size_t tk_matmul_scratch_bytes(tk_isa isa, tk_format format, size_t n);

// The same product with float activations against the dequantised weights, for every format: the float32
// path. A result depends on nothing but its row and its token here too. `scratch` holds
// tk_matmul_f32_scratch_floats(...) floats, which do not shrink as n grows, and belongs to the calling
// thread.
void tk_matmul_f32(tk_isa isa, tk_format format, const void *weights, size_t n, size_t row0, size_t row1,
                   const float *x, size_t x_stride_floats, size_t m, float *y, size_t y_stride,
                   float *scratch);
size_t tk_matmul_f32_scratch_floats(tk_isa isa, size_t n);

// Two ceilings, for benchmarks. The first reads `count` bytes and returns a sum of them. The second computes
// what `tk_matmul` does with blocks of many tokens, scales included, on registers alone, without a load or a
// store; it returns the multiply-adds it did, or 0 for kernels that have no such loop.
uint64_t tk_read_all(const void *bytes, size_t count);
size_t tk_multiply_in_registers(tk_isa isa, tk_format format, size_t rounds);

// ---------------------------------------------------------------------------------------------------------
// Vectors

// out[i] = x[i] / sqrt(mean(x^2) + epsilon) * weight[i]; out may be x
void tk_rms_norm(tk_isa isa, const float *x, const float *weight, size_t n, float epsilon, float *out);

// y[i] += x[i]
void tk_add(tk_isa isa, const float *x, size_t n, float *y);

// out[i] = silu(gate[i]) * up[i], silu(x) = x / (1 + exp(-x)); out may be gate
void tk_silu_mul(tk_isa isa, const float *gate, const float *up, size_t n, float *out);

// Rotary position embedding of one head of `head_size` floats, in place, from cos[head_size/2] and
// sin[head_size/2] of its position. Pairs are (2i, 2i+1) when interleaved, else (i, i + head_size/2).
void tk_rope(tk_isa isa, float *head, size_t head_size, const float *cos, const float *sin, bool interleaved);

// log(sum(exp(x[i]))), stable
float tk_log_sum_exp(tk_isa isa, const float *x, size_t n);

// The index of the largest value, the lowest index on ties; 0 when n is 0. NaN never wins.
size_t tk_argmax(tk_isa isa, const float *x, size_t n);

// floats to IEEE half, round to nearest even
void tk_to_f16(tk_isa isa, const float *x, size_t n, uint16_t *out);

// ---------------------------------------------------------------------------------------------------------
// Attention over a cache

// The slots of a page of a cache, and the positions that attention reduces together: a chunk begins at a
// multiple of this, whatever part of it a query sees.
enum { TK_PAGE = 64 };

// One KV head of one layer of a text. Slot s lies in page s / TK_PAGE: its key begins at
// pages[s / TK_PAGE] + offset + s % TK_PAGE * stride, its value `value_offset` bytes after its key. Keys and
// values are rows of tk_cache_row_bytes(format, head_size) bytes.
typedef struct tk_kv {
    const uint8_t *const *pages;
    size_t offset;
    size_t value_offset;
    size_t stride;
    tk_format format;  // TK_F32, TK_F16 or TK_Q8_0
    size_t head_size;  // floats per key and per value
} tk_kv;

// Bytes of a key or a value of `n` floats; Q8_0 fills its last block up with zeros. 0 for other formats.
size_t tk_cache_row_bytes(tk_format format, size_t n);

// floats to a row of a cache. F16 rounds to nearest even. A block of Q8_0 has the scale max|x| / 127, rounded
// to a half; with an infinity or a NaN in it, all of it reads as NaN.
void tk_store_cache_row(tk_isa isa, tk_format format, const float *x, size_t n, void *out);

// One query of one head. It sees the positions from ..< end, at least one. Position p is slot p; where there
// is a tail, the branch of a tree, it is slot tail[p - tail_from] from position `tail_from` on.
typedef struct tk_query {
    const float *q;  // [head_size]
    float *out;      // [head_size]
    size_t from;
    size_t end;
    const uint32_t *tail;  // or NULL
    size_t tail_from;
} tk_query;

// out = softmax(scale * q . keys) values for `m` queries that read one KV head.
//
// Every chunk of positions is reduced alone, in the order of its positions, and the chunks are merged in
// their order. So a result depends on nothing but its query and the keys and values that it sees: not on `m`,
// on the slots or pages that they lie in, or on who reduces which chunk. `scratch` holds
// tk_attention_scratch_floats(m, head_size) floats and belongs to the calling thread.
void tk_attention(tk_isa isa, const tk_kv *kv, const tk_query *queries, size_t m, float scale,
                  float *scratch);
size_t tk_attention_scratch_floats(size_t m, size_t head_size);

// The two steps of `tk_attention`, for several threads that share a query. The first reduces chunks
// chunk0 ..< chunk1, as far as query t sees them, to the tk_attention_partial_floats(head_size) floats at
// partials + t * partials_stride + chunk * tk_attention_partial_floats(head_size). The second merges chunks
// chunk0 ..< chunk1 of one query, which must be all that it sees.
void tk_attention_partials(tk_isa isa, const tk_kv *kv, const tk_query *queries, size_t m, float scale,
                           size_t chunk0, size_t chunk1, float *partials, size_t partials_stride,
                           float *scratch);
void tk_attention_merge(tk_isa isa, const float *partials, size_t chunk0, size_t chunk1, size_t head_size,
                        float *out);
size_t tk_attention_partial_floats(size_t head_size);

// ---------------------------------------------------------------------------------------------------------
// Thread team

// A fixed set of threads that run one function at a time, the caller being thread 0. Between jobs the others
// spin for at most about 50 microseconds and then sleep.
typedef struct tk_team tk_team;

// NULL when `threads` is not in 1...256 or the system refuses a thread.
tk_team *tk_team_create(int threads);
void tk_team_destroy(tk_team *team);
int tk_team_threads(const tk_team *team);

// Runs body(context, thread) on every thread of the team and returns when all have returned. Not reentrant;
// one caller at a time.
void tk_team_run(tk_team *team, void (*body)(void *context, int thread), void *context);

// The cores that this process may use: its affinity mask on Linux, else the cores online; at least 1.
int tk_available_cores(void);

// Called inside a body by every thread: returns when all threads have arrived; writes before it are seen
// after it.
void tk_team_barrier(tk_team *team);

// Called inside a body: 0, 1, 2, ... to whichever threads ask, from 0 again after every barrier. Pieces of work that
// are numbered so go to the threads that are free.
int tk_team_take(tk_team *team);

#ifdef __cplusplus
}
#endif

#endif
