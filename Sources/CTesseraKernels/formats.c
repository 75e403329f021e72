// Sizes of the weight formats.
#include "blocks.h"

size_t tk_block_size(tk_format format) {
    switch (format) {
    case TK_F32:
    case TK_F16:
    case TK_BF16:
        return 1;
    case TK_Q4_0:
    case TK_Q4_1:
    case TK_Q5_0:
    case TK_Q5_1:
    case TK_Q8_0:
        return TK_BLOCK;
    case TK_Q4_K:
    case TK_Q5_K:
    case TK_Q6_K:
        return TK_SUPER_BLOCK;
    }
    return 0;
}

static size_t block_bytes(tk_format format) {
    switch (format) {
    case TK_F32:
        return 4;
    case TK_F16:
    case TK_BF16:
        return 2;
    case TK_Q4_0:
        return TK_Q4_0_BYTES;
    case TK_Q4_1:
        return TK_Q4_1_BYTES;
    case TK_Q5_0:
        return TK_Q5_0_BYTES;
    case TK_Q5_1:
        return TK_Q5_1_BYTES;
    case TK_Q8_0:
        return TK_Q8_0_BYTES;
    case TK_Q4_K:
        return TK_Q4_K_BYTES;
    case TK_Q5_K:
        return TK_Q5_K_BYTES;
    case TK_Q6_K:
        return TK_Q6_K_BYTES;
    }
    return 0;
}

size_t tk_row_bytes(tk_format format, size_t n) {
    size_t size = tk_block_size(format);
    if (size == 0 || n % size != 0) return 0;
    size_t blocks = n / size;
    if (blocks > SIZE_MAX / TK_Q6_K_BYTES) return 0;
    return blocks * block_bytes(format);
}

tk_operand tk_operand_of(tk_format format) {
    return tk_block_size(format) >= TK_BLOCK ? TK_OPERAND_Q8 : TK_OPERAND_F32;
}
