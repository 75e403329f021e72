// The cores that this process may use.
#if defined(__linux__)
#define _GNU_SOURCE  // sched_getaffinity and CPU_COUNT
#endif

#include <sched.h>
#include <unistd.h>

#include "include/tessera_kernels.h"

static const long most = 256;  // threads in a team

static int clamp(long cores) { return (int)(cores < 1 ? 1 : cores > most ? most : cores); }

int tk_available_cores(void) {
#if defined(__linux__)
    cpu_set_t mask;
    if (sched_getaffinity(0, sizeof mask, &mask) == 0 && CPU_COUNT(&mask) > 0) return clamp(CPU_COUNT(&mask));
#endif
    return clamp(sysconf(_SC_NPROCESSORS_ONLN));
}
