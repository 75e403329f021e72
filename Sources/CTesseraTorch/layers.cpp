// Layers and losses.
#include "handle.hpp"

#include <ATen/core/Reduction.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mse_loss.h>
#include <ATen/ops/rms_norm.h>
#include <ATen/ops/scaled_dot_product_attention.h>

using namespace tessera;

static std::optional<at::Tensor> optional(tt_tensor x) {
    return x ? std::optional<at::Tensor>(x->value) : std::nullopt;
}

tt_tensor tt_matmul(tt_tensor x, tt_tensor y) {
    return guarded([&] { return at::matmul(x->value, y->value); });
}

tt_tensor tt_linear(tt_tensor x, tt_tensor weight, tt_tensor bias) {
    return guarded([&] { return at::linear(x->value, weight->value, optional(bias)); });
}

tt_tensor tt_embedding(tt_tensor weight, tt_tensor places) {
    return guarded([&] { return at::embedding(weight->value, places->value); });
}

tt_tensor tt_rms_norm(tt_tensor x, tt_tensor weight, double epsilon) {
    return guarded([&] { return at::rms_norm(x->value, weight->value.sizes(), weight->value, epsilon); });
}

tt_tensor tt_layer_norm(tt_tensor x, tt_tensor weight, tt_tensor bias, double epsilon) {
    return guarded([&] {
        return at::layer_norm(x->value, weight->value.sizes(), weight->value, optional(bias), epsilon);
    });
}

tt_tensor tt_dropout(tt_tensor x, double probability) {
    return guarded([&] { return at::dropout(x->value, probability, /*train=*/true); });
}

tt_tensor tt_attention(
    tt_tensor q, tt_tensor k, tt_tensor v, tt_tensor mask, double dropout, bool causal, double scale, bool grouped) {
    return guarded([&] {
        return at::scaled_dot_product_attention(
            q->value, k->value, v->value, optional(mask), dropout, causal, scale, grouped);
    });
}

tt_tensor tt_cross_entropy(
    tt_tensor logits, tt_tensor targets, int64_t ignored, bool mean, double smoothing) {
    return guarded([&] {
        return at::cross_entropy_loss(
            logits->value, targets->value, {}, mean ? at::Reduction::Mean : at::Reduction::Sum, ignored, smoothing);
    });
}

tt_tensor tt_cross_entropy_rows(tt_tensor logits, tt_tensor targets, int64_t ignored) {
    return guarded([&] {
        return at::cross_entropy_loss(logits->value, targets->value, {}, at::Reduction::None, ignored, 0);
    });
}

tt_tensor tt_mean_squared_error(tt_tensor x, tt_tensor y) {
    return guarded([&] { return at::mse_loss(x->value, y->value); });
}

tt_tensor tt_binary_cross_entropy(tt_tensor logits, tt_tensor targets) {
    return guarded([&] { return at::binary_cross_entropy_with_logits(logits->value, targets->value); });
}
