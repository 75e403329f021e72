// Vector operations for the target's base instruction set.
#include "portable.h"

#define TK_NAME(name) tk_portable_##name
#include "../vectors_body.h"
