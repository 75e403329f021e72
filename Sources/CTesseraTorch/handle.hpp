// What a C handle holds, and the border that no exception crosses.
#ifndef TESSERA_TORCH_HANDLE_HPP
#define TESSERA_TORCH_HANDLE_HPP

#include "tessera_torch.h"

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <exception>
#include <vector>

struct tt_tensor_s {
    at::Tensor value;
};

struct tt_generator_s {
    at::Generator value;
};

namespace tessera {

// Keeps what the exception says for `tt_failure`.
void remember(const std::exception &error) noexcept;
void remember_unknown() noexcept;

// Runs `body` and returns its tensor as a handle; null when it throws.
template <class Body> tt_tensor guarded(Body body) noexcept {
    try {
        return new tt_tensor_s{body()};
    } catch (const std::exception &error) {
        remember(error);
    } catch (...) {
        remember_unknown();
    }
    return nullptr;
}

// Runs `body`; false when it throws.
template <class Body> bool succeeds(Body body) noexcept {
    try {
        body();
        return true;
    } catch (const std::exception &error) {
        remember(error);
    } catch (...) {
        remember_unknown();
    }
    return false;
}

inline at::IntArrayRef list(const int64_t *values, size_t count) { return at::IntArrayRef(values, count); }

inline std::vector<at::Tensor> tensors(const tt_tensor *list, size_t count) {
    std::vector<at::Tensor> result;
    result.reserve(count);
    for (size_t i = 0; i < count; i++) result.push_back(list[i]->value);
    return result;
}

at::ScalarType scalar_type(tt_type type);
tt_type type_of(at::ScalarType type);
at::Device device(tt_device device);
tt_device device_of(at::Device device);
at::TensorOptions options(tt_type type, tt_device device);

}  // namespace tessera

#endif
