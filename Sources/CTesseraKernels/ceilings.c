// What a machine can do at best, for benchmarks to hold the products against.
#include "blocks.h"

#if defined(__x86_64__)
#include "avx2/avx2.h"
#endif

uint64_t tk_read_all(const void *bytes, size_t count) {
    enum { WORDS = 16 };
    const uint8_t *at = bytes;
    uint64_t sums[WORDS] = {0}, words[WORDS];
    for (; count >= sizeof words; count -= sizeof words, at += sizeof words) {
        memcpy(words, at, sizeof words);
        for (size_t i = 0; i < WORDS; i++) sums[i] += words[i];
    }
    for (size_t i = 1; i < WORDS; i++) sums[0] += sums[i];
    return sums[0];
}

size_t tk_multiply_in_registers(tk_isa isa, tk_format format, size_t rounds) {
#if defined(__x86_64__)
    bool dense = tk_operand_of(format) == TK_OPERAND_F32;
    bool as_avx2 = isa == TK_ISA_AVX2 || (isa != TK_ISA_PORTABLE && dense);
    if (as_avx2) return tk_avx2_multiply_in_registers(format, rounds);
#endif
    (void)isa, (void)format, (void)rounds;
    return 0;
}
