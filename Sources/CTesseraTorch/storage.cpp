// Tensors and the memory of the program: types, devices, copies in and out.
#include "handle.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>

#include <cstring>

using namespace tessera;

namespace tessera {

at::ScalarType scalar_type(tt_type type) {
    switch (type) {
    case TT_FLOAT32: return at::kFloat;
    case TT_FLOAT64: return at::kDouble;
    case TT_FLOAT16: return at::kHalf;
    case TT_BFLOAT16: return at::kBFloat16;
    case TT_INT64: return at::kLong;
    case TT_INT32: return at::kInt;
    case TT_INT16: return at::kShort;
    case TT_INT8: return at::kChar;
    case TT_UINT8: return at::kByte;
    case TT_BOOL: return at::kBool;
    case TT_OTHER: break;
    }
    TORCH_CHECK(false, "no such type of numbers");
}

tt_type type_of(at::ScalarType type) {
    switch (type) {
    case at::kFloat: return TT_FLOAT32;
    case at::kDouble: return TT_FLOAT64;
    case at::kHalf: return TT_FLOAT16;
    case at::kBFloat16: return TT_BFLOAT16;
    case at::kLong: return TT_INT64;
    case at::kInt: return TT_INT32;
    case at::kShort: return TT_INT16;
    case at::kChar: return TT_INT8;
    case at::kByte: return TT_UINT8;
    case at::kBool: return TT_BOOL;
    default: return TT_OTHER;
    }
}

at::Device device(tt_device device) {
    switch (device.kind) {
    case TT_CPU: return at::Device(at::kCPU);
    case TT_CUDA: return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(device.index));
    case TT_MPS: return at::Device(at::kMPS, 0);
    }
    TORCH_CHECK(false, "no such kind of device");
}

tt_device device_of(at::Device device) {
    switch (device.type()) {
    case at::kCUDA: return {TT_CUDA, device.index()};
    case at::kMPS: return {TT_MPS, 0};
    default: return {TT_CPU, 0};
    }
}

at::TensorOptions options(tt_type type, tt_device where) {
    return at::TensorOptions().dtype(scalar_type(type)).device(device(where));
}

}  // namespace tessera

void tt_release(tt_tensor x) { delete x; }

size_t tt_axis_count(tt_tensor x) { return static_cast<size_t>(x->value.dim()); }

void tt_lengths(tt_tensor x, int64_t *lengths) {
    for (int64_t length : x->value.sizes()) *lengths++ = length;
}

tt_type tt_type_of(tt_tensor x) { return type_of(x->value.scalar_type()); }

tt_device tt_device_of(tt_tensor x) { return device_of(x->value.device()); }

size_t tt_bytes_per_number(tt_type type) {
    return type == TT_OTHER ? 0 : at::elementSize(scalar_type(type));
}

tt_tensor tt_from_bytes(
    const void *bytes, size_t byte_count, const int64_t *lengths, size_t axes, tt_type type, tt_device where) {
    return guarded([&] {
        // Filled on the CPU first: other devices cannot be written by address.
        auto x = at::empty(list(lengths, axes), options(type, {TT_CPU, 0}));
        TORCH_CHECK(x.nbytes() == byte_count, byte_count, " bytes do not fill the shape ", x.sizes());
        if (byte_count > 0) std::memcpy(x.data_ptr(), bytes, byte_count);
        return x.to(device(where));
    });
}

bool tt_to_bytes(tt_tensor x, void *bytes, size_t byte_count) {
    return succeeds([&] {
        auto copy = x->value.detach().to(at::kCPU).contiguous();
        TORCH_CHECK(copy.nbytes() == byte_count, byte_count, " bytes do not fit the shape ", copy.sizes());
        if (byte_count > 0) std::memcpy(bytes, copy.data_ptr(), byte_count);
    });
}

bool tt_item(tt_tensor x, double *value) {
    return succeeds([&] { *value = x->value.item().toDouble(); });
}

tt_tensor tt_full(double value, const int64_t *lengths, size_t axes, tt_type type, tt_device where) {
    return guarded([&] { return at::full(list(lengths, axes), value, options(type, where)); });
}

tt_tensor tt_arange(double start, double end, double step, tt_type type, tt_device where) {
    return guarded([&] { return at::arange(start, end, step, options(type, where)); });
}

tt_tensor tt_converted(tt_tensor x, tt_type type) {
    return guarded([&] { return x->value.to(scalar_type(type)); });
}

tt_tensor tt_moved(tt_tensor x, tt_device where) {
    return guarded([&] { return x->value.to(device(where)); });
}

tt_tensor tt_clone(tt_tensor x) {
    return guarded([&] { return x->value.clone(); });
}

bool tt_copy_into(tt_tensor x, tt_tensor source) {
    return succeeds([&] {
        c10::AutoGradMode records(false);
        x->value.copy_(source->value);
    });
}
