#ifndef CPREFETCH_PREFETCH_H
#define CPREFETCH_PREFETCH_H

/// Asks for the cache line at `address`, soon to be read, without waiting for it: what Swift has no word for.
///
/// Any address will do, a wrong one too.
static inline __attribute__((always_inline)) void prefetch(const void *address) {
    __builtin_prefetch(address, 0, 3);
}

#endif
