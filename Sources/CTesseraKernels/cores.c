// The cores that this process may use.
#if defined(__linux__)
#define _GNU_SOURCE  // sched_getaffinity and CPU_COUNT
#endif

#include <sched.h>
#include <unistd.h>

#include "include/tessera_kernels.h"

int tk_available_cores(void) {
#if defined(__linux__)
    cpu_set_t mask;
    if (sched_getaffinity(0, sizeof mask, &mask) == 0 && CPU_COUNT(&mask) > 0) return CPU_COUNT(&mask);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online < 1 ? 1 : online > 256 ? 256 : (int)online;
}
