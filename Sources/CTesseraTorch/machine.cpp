// What the machine offers: devices and threads.
#include "handle.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>

#include <dlfcn.h>
#ifdef __GLIBC__
#include <climits>
#include <malloc.h>
#endif

using namespace tessera;

const char *tt_version(void) { return TORCH_VERSION; }

// Only the CPU's library is linked; that for CUDA registers itself when it is loaded.
static void load_cuda() {
#ifdef __linux__
    static void *library = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
    (void)library;
#endif
}

int32_t tt_device_count(tt_device_kind kind) {
    int32_t count = 0;
    succeeds([&] {
        switch (kind) {
        case TT_CPU: count = 1; break;
        case TT_CUDA:
            load_cuda();
            if (at::globalContext().hasCUDA())
                count = at::globalContext().getAcceleratorHooksInterface(at::kCUDA).deviceCount();
            break;
        case TT_MPS: count = at::globalContext().hasMPS() ? 1 : 0; break;
        }
    });
    return count;
}

int32_t tt_thread_count(void) { return at::get_num_threads(); }

bool tt_set_thread_count(int32_t count) {
    return succeeds([&] { at::set_num_threads(count); });
}

void tt_keep_freed_memory(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}
