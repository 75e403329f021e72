// Steps of optimisers, on many tensors at once.
#include "handle.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

#include <cmath>

using namespace tessera;

bool tt_adamw_step(
    const tt_tensor *parameters, const tt_tensor *gradients, const tt_tensor *first_moments,
    const tt_tensor *second_moments, size_t count, tt_adamw options) {
    return succeeds([&] {
        if (count == 0) return;
        c10::AutoGradMode records(false);
        auto changed = tensors(parameters, count);
        // The kernel asks for the number of the step beside every parameter, as a tensor.
        auto step = at::full({}, options.step, changed[0].options().dtype(at::kFloat));
        at::_fused_adamw_(
            changed, tensors(gradients, count), tensors(first_moments, count), tensors(second_moments, count),
            /*max_exp_avg_sqs=*/{}, std::vector<at::Tensor>(count, step), options.rate, options.beta1,
            options.beta2, options.weight_decay, options.epsilon, /*amsgrad=*/false, /*maximize=*/false);
    });
}

bool tt_clip_gradients(const tt_tensor *gradients, size_t count, double factor, double limit, double *norm) {
    return succeeds([&] {
        c10::AutoGradMode records(false);
        auto all = tensors(gradients, count);
        if (all.empty()) {
            *norm = 0;
            return;
        }
        auto total = at::linalg_vector_norm(at::stack(at::_foreach_norm(all, 2)), 2);
        *norm = total.item<double>() * factor;
        if (!std::isfinite(*norm)) return;
        // One pass over them for both.
        double scale = *norm > limit ? factor * (limit / *norm) : factor;
        if (scale != 1) at::_foreach_mul_(all, scale);
    });
}
