#ifndef CINTRINSICS_ASCII_CLASSES_H
#define CINTRINSICS_ASCII_CLASSES_H

#include <stdint.h>

/// What each of 64 bytes is: bit i for byte i.
typedef struct ascii_classes {
    uint64_t letters;  ///< a to z and A to Z
    uint64_t digits;
    uint64_t blanks;   ///< U+0020
    uint64_t breaks;   ///< U+000A and U+000D
    uint64_t spaces;   ///< white space but line breaks
    uint64_t quotes;   ///< U+0027
    uint64_t foreign;  ///< not ASCII
} ascii_classes;

/// The classes of the 64 bytes at `bytes`.
static inline __attribute__((always_inline)) ascii_classes ascii_classes_at(const uint8_t *bytes) {
    typedef uint8_t vector __attribute__((ext_vector_type(64)));
    typedef _Bool bits __attribute__((ext_vector_type(64)));
    vector text;
    __builtin_memcpy(&text, bytes, sizeof text);
#define BITS_OF(comparison) __builtin_bit_cast(uint64_t, __builtin_convertvector((comparison), bits))
    ascii_classes classes = {
        .letters = BITS_OF((vector)((text | 0x20) - 'a') < 26),
        .digits = BITS_OF((vector)(text - '0') < 10),
        .blanks = BITS_OF(text == ' '),
        .breaks = BITS_OF(text == '\n') | BITS_OF(text == '\r'),
        .spaces = BITS_OF((vector)(text - '\t') < 5),
        .quotes = BITS_OF(text == '\''),
        .foreign = BITS_OF(text >= 0x80),
    };
#undef BITS_OF
    classes.spaces = (classes.spaces | classes.blanks) & ~classes.breaks;
    return classes;
}

#endif
