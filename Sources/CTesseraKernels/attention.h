// What the attention kernels of all instruction sets share: the chunk, and the layout of scratch memory.
#ifndef TESSERA_ATTENTION_H
#define TESSERA_ATTENTION_H

#include <stddef.h>

// Positions reduced together. Chunks begin at multiples of this, whatever part of them a query sees.
enum { TK_ATTENTION_CHUNK = 64 };

// The running softmax of one query: the largest score so far and the sum of exp(score - largest).
typedef struct tk_softmax_state {
    float largest;
    float sum;
} tk_softmax_state;

#endif
