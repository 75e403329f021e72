#ifndef CINTRINSICS_PREFETCH_H
#define CINTRINSICS_PREFETCH_H

/// Asks for the cache line at `address`, soon to be read, without waiting for it.
///
/// Any address will do, a wrong one too.
static inline __attribute__((always_inline)) void prefetch(const void *address) {
    __builtin_prefetch(address, 0, 3);
}

#endif
