// Vector operations, compiled for AVX2 and FMA.
#include "avx2.h"

#if defined(__x86_64__)
#define TK_NAME(name) tk_avx2_##name

#include <math.h>
TK_BEGIN_AVX2
#include "../vectors_body.h"
TK_END_AVX2
#endif
