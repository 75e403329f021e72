// Gradients: which tensors have them, when they are recorded, and in which type products run meanwhile.
#include "handle.hpp"

#include <ATen/core/grad_mode.h>

// Declared here and not by ATen/autocast_mode.h, which includes every operation there is: it takes four times as long
// to compile as all of this file. The linker holds these against the library.
namespace at::autocast {
TORCH_API bool is_autocast_enabled(at::DeviceType);
TORCH_API void set_autocast_enabled(at::DeviceType, bool);
TORCH_API at::ScalarType get_autocast_dtype(at::DeviceType);
TORCH_API void set_autocast_dtype(at::DeviceType, at::ScalarType);
TORCH_API int increment_nesting();
TORCH_API int decrement_nesting();
TORCH_API void clear_cache();
}  // namespace at::autocast

using namespace tessera;

bool tt_requires_gradient(tt_tensor x) { return x->value.requires_grad(); }

bool tt_set_requires_gradient(tt_tensor x, bool wanted) {
    return succeeds([&] { x->value.requires_grad_(wanted); });
}

bool tt_backward(tt_tensor x) {
    return succeeds([&] { x->value.backward(); });
}

bool tt_has_gradient(tt_tensor x) { return x->value.is_leaf() && x->value.grad().defined(); }

tt_tensor tt_gradient(tt_tensor x) {
    if (!tt_has_gradient(x)) return nullptr;
    return guarded([&] { return x->value.grad(); });
}

bool tt_clear_gradient(tt_tensor x) {
    return succeeds([&] { x->value.mutable_grad().reset(); });
}

tt_tensor tt_detach(tt_tensor x) {
    return guarded([&] { return x->value.detach(); });
}

bool tt_records_gradients(void) { return c10::GradMode::is_enabled(); }

bool tt_record_gradients(bool wanted) {
    bool earlier = c10::GradMode::is_enabled();
    c10::GradMode::set_enabled(wanted);
    return earlier;
}

tt_autocast tt_set_autocast(tt_device_kind kind, tt_autocast wanted) {
    auto type = device({kind, 0}).type();
    tt_autocast earlier = {
        at::autocast::is_autocast_enabled(type), type_of(at::autocast::get_autocast_dtype(type))};
    at::autocast::set_autocast_enabled(type, wanted.enabled);
    at::autocast::set_autocast_dtype(type, scalar_type(wanted.type));
    return earlier;
}

void tt_begin_autocast(void) { at::autocast::increment_nesting(); }

void tt_end_autocast(void) {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
}
