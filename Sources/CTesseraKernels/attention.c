// Scratch memory of attention: a chunk of keys and of values as floats, and one softmax state per query.
#include "attention.h"

#include "include/tessera_kernels.h"

size_t tk_attention_scratch_floats(size_t m, size_t head_size) {
    size_t padded = (head_size + 15) / 16 * 16;
    return 2 * TK_ATTENTION_CHUNK * padded + 2 * m;
}
