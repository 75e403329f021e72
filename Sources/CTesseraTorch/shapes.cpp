// Shapes and places.
#include "handle.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/chunk.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/index_add.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/roll.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tril.h>
#include <ATen/ops/triu.h>

using namespace tessera;

tt_tensor tt_reshape(tt_tensor x, const int64_t *lengths, size_t axes) {
    return guarded([&] { return x->value.reshape(list(lengths, axes)); });
}

tt_tensor tt_expand(tt_tensor x, const int64_t *lengths, size_t axes) {
    return guarded([&] { return x->value.expand(list(lengths, axes)); });
}

tt_tensor tt_permute(tt_tensor x, const int64_t *order, size_t axes) {
    return guarded([&] { return x->value.permute(list(order, axes)); });
}

tt_tensor tt_transpose(tt_tensor x, int64_t first, int64_t second) {
    return guarded([&] { return x->value.transpose(first, second); });
}

tt_tensor tt_unsqueeze(tt_tensor x, int64_t axis) {
    return guarded([&] { return x->value.unsqueeze(axis); });
}

tt_tensor tt_squeeze(tt_tensor x, int64_t axis) {
    return guarded([&] { return x->value.squeeze(axis); });
}

tt_tensor tt_contiguous(tt_tensor x) {
    return guarded([&] { return x->value.contiguous(); });
}

tt_tensor tt_flip(tt_tensor x, int64_t axis) {
    return guarded([&] { return at::flip(x->value, axis); });
}

tt_tensor tt_roll(tt_tensor x, int64_t places, int64_t axis) {
    return guarded([&] { return at::roll(x->value, places, axis); });
}

tt_tensor tt_repeat_interleave(tt_tensor x, int64_t times, int64_t axis) {
    return guarded([&] { return at::repeat_interleave(x->value, times, axis); });
}

tt_tensor tt_triu(tt_tensor x, int64_t diagonal) {
    return guarded([&] { return at::triu(x->value, diagonal); });
}

tt_tensor tt_tril(tt_tensor x, int64_t diagonal) {
    return guarded([&] { return at::tril(x->value, diagonal); });
}

tt_tensor tt_select(tt_tensor x, int64_t axis, int64_t place) {
    return guarded([&] { return x->value.select(axis, place); });
}

tt_tensor tt_slice(tt_tensor x, int64_t axis, int64_t start, int64_t end) {
    return guarded([&] { return x->value.slice(axis, start, end); });
}

bool tt_chunk(tt_tensor x, int64_t count, int64_t axis, tt_tensor *parts) {
    return succeeds([&] {
        TORCH_CHECK(
            count > 0 && x->value.size(axis) % count == 0, "axis ", axis, " of ", x->value.sizes(),
            " is not ", count, " equal parts");
        // Views that share one node of the graph: their gradients are put side by side and not added up.
        auto views = at::chunk(x->value, count, axis);
        std::vector<std::unique_ptr<tt_tensor_s>> made;
        for (auto &view : views) made.push_back(std::make_unique<tt_tensor_s>(tt_tensor_s{view}));
        for (size_t i = 0; i < made.size(); i++) parts[i] = made[i].release();
    });
}

tt_tensor tt_concatenate(const tt_tensor *list, size_t count, int64_t axis) {
    return guarded([&] { return at::cat(tensors(list, count), axis); });
}

tt_tensor tt_stack(const tt_tensor *list, size_t count, int64_t axis) {
    return guarded([&] { return at::stack(tensors(list, count), axis); });
}

tt_tensor tt_gather(tt_tensor x, int64_t axis, tt_tensor places) {
    return guarded([&] { return at::gather(x->value, axis, places->value); });
}

tt_tensor tt_index_select(tt_tensor x, int64_t axis, tt_tensor places) {
    return guarded([&] { return at::index_select(x->value, axis, places->value); });
}

tt_tensor tt_index_add(tt_tensor x, int64_t axis, tt_tensor places, tt_tensor source) {
    return guarded([&] { return at::index_add(x->value, axis, places->value, source->value); });
}

tt_tensor tt_one_hot(tt_tensor x, int64_t classes) {
    return guarded([&] { return at::one_hot(x->value, classes); });
}

tt_tensor tt_nonzero(tt_tensor x) {
    return guarded([&] { return at::nonzero(x->value); });
}
