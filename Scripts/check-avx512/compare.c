// Compares the AVX-512 products with the portable ones, on random weights of every quantised format, and attention
// with that of AVX2, whose bits it must have.
//
// It proves, for the shapes below, that both compute the same sums up to rounding, that one token and many
// give the same bits for any split of the rows and tokens, that nothing is written outside of the rows asked
// for, and (built with the address sanitizer) that nothing is read or written outside of weights, operands
// and scratch. Run with emulated instructions it proves nothing about speed, nor about the emulation.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tessera_kernels.h"

static uint64_t state = 88172645463325252u;
static int comparisons, failures;

static uint32_t random_bits(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}

static float random_float(void) {
    return (float)(random_bits() & 0xffffff) / 0x1p23f - 1;
}

static void *allocate(size_t bytes) {
    void *memory = malloc(bytes);
    if (memory == NULL) {
        fprintf(stderr, "error: no memory for %zu bytes\n", bytes);
        exit(1);
    }
    return memory;
}

typedef struct product {
    tk_format format;
    size_t n, rows, row0, row1, tokens;
    uint8_t *weights;
    tk_q8_block *x;
} product;

static void fail(const product *p, const char *what, size_t row, size_t token) {
    if (failures++ < 20)
        fprintf(stderr, "format %d, %zu columns, rows %zu to %zu, %zu tokens: %s at row %zu, token %zu\n",
                (int)p->format, p->n, p->row0, p->row1, p->tokens, what, row, token);
}

// Random bytes, with scales of a size that keeps sums finite. The first half of a block is d, of Q4_1 the
// second one m.
static uint8_t *random_rows(tk_format format, size_t n, size_t rows) {
    size_t bytes = rows * tk_row_bytes(format, n), block = tk_row_bytes(format, 32);
    uint8_t *weights = allocate(bytes);
    for (size_t i = 0; i < bytes; i++) weights[i] = (uint8_t)random_bits();
    for (size_t i = 0; i < bytes; i += block)
        for (size_t half = 1; half < (format == TK_Q4_1 ? 4u : 2u); half += 2)
            weights[i + half] = (uint8_t)((random_bits() & 0x80) | 0x20 | (random_bits() & 7));  // 2^-7 or so
    return weights;
}

static tk_q8_block *random_tokens(size_t n, size_t tokens) {
    float *x = allocate(n * tokens * sizeof *x);
    tk_q8_block *blocks = allocate(n / 32 * tokens * sizeof *blocks);
    for (size_t i = 0; i < n * tokens; i++) x[i] = random_float();
    for (size_t t = 0; t < tokens; t++) tk_quantize_row(TK_ISA_PORTABLE, x + t * n, n, blocks + t * (n / 32));
    free(x);
    return blocks;
}

static const float untouched = -777;

// The results of rows `row0` to `row1` and tokens `first` to `last` into y[tokens][rows].
static void multiply(tk_isa isa, const product *p, size_t row0, size_t row1, size_t first, size_t last,
                     float *y) {
    void *scratch = allocate(tk_matmul_scratch_bytes(isa, p->format, p->n));
    size_t stride = p->n / 32 * sizeof(tk_q8_block);
    tk_matmul(isa, p->format, p->weights, p->n, row0, row1, p->x + first * (p->n / 32), stride, last - first,
              y + first * p->rows, p->rows, scratch);
    free(scratch);
}

static float *results(const product *p) {
    float *y = allocate(p->rows * p->tokens * sizeof *y);
    for (size_t i = 0; i < p->rows * p->tokens; i++) y[i] = untouched;
    return y;
}

static void compare(const product *p) {
    float *expected = results(p), *many = results(p), *single = results(p), *split = results(p);
    multiply(TK_ISA_PORTABLE, p, p->row0, p->row1, 0, p->tokens, expected);
    multiply(TK_ISA_AVX512VNNI, p, p->row0, p->row1, 0, p->tokens, many);
    for (size_t t = 0; t < p->tokens; t++)
        tk_matvec(TK_ISA_AVX512VNNI, p->format, p->weights, p->n, p->row0, p->row1, p->x + t * (p->n / 32),
                  single + t * p->rows);
    size_t row = p->row0 + random_bits() % (p->row1 - p->row0), token = random_bits() % p->tokens;
    multiply(TK_ISA_AVX512VNNI, p, p->row0, row, 0, p->tokens, split);
    multiply(TK_ISA_AVX512VNNI, p, row, p->row1, 0, token, split);
    multiply(TK_ISA_AVX512VNNI, p, row, p->row1, token, p->tokens, split);

    // Rounding errors go with the size of the terms, which are about as large for all rows.
    double size = 0;
    for (size_t i = 0; i < p->rows * p->tokens; i++)
        if (expected[i] != untouched) size = fmax(size, fabs((double)expected[i]));
    for (size_t t = 0; t < p->tokens; t++)
        for (size_t r = 0; r < p->rows; r++) {
            size_t i = t * p->rows + r;
            comparisons++;
            if (memcmp(many + i, single + i, sizeof *many) != 0) fail(p, "one token differs from many", r, t);
            if (memcmp(many + i, split + i, sizeof *many) != 0) fail(p, "a split changes the bits", r, t);
            bool inside = r >= p->row0 && r < p->row1;
            if (!inside && many[i] != untouched) fail(p, "written outside", r, t);
            double error = fabs((double)many[i] - (double)expected[i]);
            if (inside && !(error <= 1e-5 * size + 1e-6)) fail(p, "differs from portable", r, t);
        }
    free(expected);
    free(many);
    free(single);
    free(split);
}

// Attention of some queries that see different parts of the same positions, from `from` on or from 0 on.
static void compare_attention(tk_format format, size_t head_size, size_t positions, size_t m, size_t from) {
    size_t row_bytes = tk_cache_row_bytes(format, head_size), pages = (positions + TK_PAGE - 1) / TK_PAGE;
    uint8_t *memory = allocate(pages * TK_PAGE * 2 * row_bytes);
    const uint8_t **table = allocate(pages * sizeof *table);
    float *row = allocate(head_size * sizeof *row), *q = allocate(m * head_size * sizeof *q);
    for (size_t i = 0; i < pages; i++) table[i] = memory + i * TK_PAGE * 2 * row_bytes;
    for (size_t i = 0; i < 2 * pages * TK_PAGE; i++) {
        for (size_t j = 0; j < head_size; j++) row[j] = 4 * random_float();
        tk_store_cache_row(TK_ISA_PORTABLE, format, row, head_size, memory + i * row_bytes);
    }
    for (size_t i = 0; i < m * head_size; i++) q[i] = random_float();
    tk_kv kv = {table, 0, row_bytes, 2 * row_bytes, format, head_size};
    float *out[2];
    for (int i = 0; i < 2; i++) {
        out[i] = allocate(m * head_size * sizeof *out[i]);
        tk_query *queries = allocate(m * sizeof *queries);
        for (size_t t = 0; t < m; t++) {
            size_t end = positions - (m - 1 - t) % positions;
            queries[t] = (tk_query){.q = q + t * head_size, .out = out[i] + t * head_size, .end = end};
            if (t % 2 == 1 && from < end) queries[t].from = from;
        }
        float *scratch = allocate(tk_attention_scratch_floats(m, head_size) * sizeof *scratch);
        tk_attention(i == 0 ? TK_ISA_AVX2 : TK_ISA_AVX512VNNI, &kv, queries, m, 0.2f, scratch);
        free(queries);
        free(scratch);
    }
    comparisons += (int)(m * head_size);
    if (memcmp(out[0], out[1], m * head_size * sizeof *out[0]) != 0 && failures++ < 20)
        fprintf(stderr, "attention, format %d, heads of %zu, %zu positions from %zu, %zu queries: other bits\n",
                (int)format, head_size, positions, from, m);
    free(out[0]);
    free(out[1]);
    free(memory);
    free(table);
    free(row);
    free(q);
}

static void compare_attentions(void) {
    const tk_format formats[] = {TK_F32, TK_F16, TK_Q8_0};
    const size_t heads[] = {8, 40, 64, 80, 128, 256};
    const size_t positions[] = {1, 9, 64, 75, 130};
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++)
        for (size_t h = 0; h < sizeof heads / sizeof *heads; h++)
            for (size_t p = 0; p < sizeof positions / sizeof *positions; p++)
                for (size_t m = 1; m < 10; m++)
                    for (size_t from = 0; from < positions[p]; from += 21)
                        compare_attention(formats[f], heads[h], positions[p], m, from);
}

int main(void) {
    compare_attentions();
    const tk_format formats[] = {TK_Q4_0, TK_Q4_1, TK_Q8_0};
    const size_t columns[] = {32, 64, 96, 576, 1536};
    const size_t tokens[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14, 16, 17, 64};
    const size_t rows[][3] = {
        {37, 0, 37}, {37, 3, 30}, {50, 49, 50}, {16, 0, 16}, {9, 1, 8}};  // all, from, to
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++)
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
            for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
                for (size_t t = 0; t < sizeof tokens / sizeof *tokens; t++) {
                    product p = {formats[f], columns[c], rows[r][0], rows[r][1], rows[r][2], tokens[t], 0, 0};
                    p.weights = random_rows(p.format, p.n, p.rows);
                    p.x = random_tokens(p.n, p.tokens);
                    compare(&p);
                    free(p.weights);
                    free(p.x);
                }
    printf("%d results compared, %d failures\n", comparisons, failures);
    return failures != 0;
}
