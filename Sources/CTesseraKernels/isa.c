// Which instruction sets this CPU and operating system can run.
#include "include/tessera_kernels.h"

#if defined(__x86_64__)
#include "amx/amx.h"

// `__builtin_cpu_supports` also asks (through XGETBV) whether the operating system saves the wide registers.
static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}

static bool has_avx512_vnni(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vnni");
}
#endif

bool tk_isa_available(tk_isa isa) {
    switch (isa) {
    case TK_ISA_PORTABLE:
        return true;
#if defined(__x86_64__)
    case TK_ISA_AVX2:
        return has_avx2();
    case TK_ISA_AVX512VNNI:
        return has_avx512_vnni();
    case TK_ISA_AMX:
        return has_avx512_vnni() && tk_amx_allowed();
#else
    case TK_ISA_AVX2:
    case TK_ISA_AVX512VNNI:
    case TK_ISA_AMX:
        return false;
#endif
    }
    return false;
}

tk_isa tk_isa_best(void) {
    if (tk_isa_available(TK_ISA_AMX)) return TK_ISA_AMX;
    if (tk_isa_available(TK_ISA_AVX512VNNI)) return TK_ISA_AVX512VNNI;
    if (tk_isa_available(TK_ISA_AVX2)) return TK_ISA_AVX2;
    return TK_ISA_PORTABLE;
}

const char *tk_isa_name(tk_isa isa) {
    switch (isa) {
    case TK_ISA_PORTABLE:
        return "portable";
    case TK_ISA_AVX2:
        return "avx2";
    case TK_ISA_AVX512VNNI:
        return "avx512-vnni";
    case TK_ISA_AMX:
        return "amx-int8";
    }
    return "unknown";
}
