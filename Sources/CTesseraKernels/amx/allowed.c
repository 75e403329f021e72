// Whether this process may use tiles.
#if defined(__linux__)
#define _GNU_SOURCE  // syscall
#endif

#include "amx.h"

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

bool tk_amx_allowed(void) {
    unsigned a, b, c, d;
    const unsigned tile = 1u << 24, int8 = 1u << 25;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & tile) == 0 || (d & int8) == 0) return false;
#if defined(__linux__) && defined(SYS_arch_prctl)
    // The state of tiles is 8 KiB a thread, which Linux (5.16 and later) saves for processes that ask for it.
    // The answer counts for all threads; asking again changes nothing.
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
#else
    return false;
#endif
}
#endif
