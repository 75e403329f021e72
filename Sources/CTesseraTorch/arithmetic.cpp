// Number by number and along axes.
#include "handle.hpp"

#include <ATen/ops/abs.h>
#include <ATen/ops/add.h>
#include <ATen/ops/all.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/any.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/div.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/floor.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/le.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/log.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/logical_or.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/lt.h>
#include <ATen/ops/masked_fill.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/ne.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/round.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/var.h>
#include <ATen/ops/where.h>

#include <numeric>

using namespace tessera;

#define ONE(name, operation) \
    tt_tensor name(tt_tensor x) { \
        return guarded([&] { return operation(x->value); }); \
    }
ONE(tt_neg, at::neg)
ONE(tt_abs, at::abs)
ONE(tt_exp, at::exp)
ONE(tt_log, at::log)
ONE(tt_sqrt, at::sqrt)
ONE(tt_rsqrt, at::rsqrt)
ONE(tt_sin, at::sin)
ONE(tt_cos, at::cos)
ONE(tt_tanh, at::tanh)
ONE(tt_sigmoid, at::sigmoid)
ONE(tt_relu, at::relu)
ONE(tt_silu, at::silu)
ONE(tt_round, at::round)
ONE(tt_floor, at::floor)
ONE(tt_isfinite, at::isfinite)
ONE(tt_logical_not, at::logical_not)
ONE(tt_all, at::all)
ONE(tt_any, at::any)

#define TWO(name, operation) \
    tt_tensor name(tt_tensor x, tt_tensor y) { \
        return guarded([&] { return operation(x->value, y->value); }); \
    }
TWO(tt_add, at::add)
TWO(tt_sub, at::sub)
TWO(tt_mul, at::mul)
TWO(tt_div, at::div)
TWO(tt_pow, at::pow)
TWO(tt_maximum, at::maximum)
TWO(tt_minimum, at::minimum)
TWO(tt_eq, at::eq)
TWO(tt_ne, at::ne)
TWO(tt_lt, at::lt)
TWO(tt_le, at::le)
TWO(tt_logical_and, at::logical_and)
TWO(tt_logical_or, at::logical_or)

// libtorch takes no axes for all of them in some reductions and for none in others.
static std::vector<int64_t> axes_of(tt_tensor x, const int64_t *axes, size_t count) {
    if (count > 0) return {axes, axes + count};
    std::vector<int64_t> all(static_cast<size_t>(x->value.dim()));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

#define ALONG(name, call) \
    tt_tensor name(tt_tensor x, const int64_t *axes, size_t count, bool keeps) { \
        return guarded([&] { \
            auto chosen = axes_of(x, axes, count); \
            return call; \
        }); \
    }
ALONG(tt_sum, at::sum(x->value, chosen, keeps))
ALONG(tt_mean, at::mean(x->value, chosen, keeps))
ALONG(tt_variance, at::var(x->value, chosen, /*unbiased=*/false, keeps))
ALONG(tt_max, at::amax(x->value, chosen, keeps))
ALONG(tt_min, at::amin(x->value, chosen, keeps))
ALONG(tt_log_sum_exp, at::logsumexp(x->value, chosen, keeps))
ALONG(tt_norm, at::linalg_vector_norm(x->value, 2, chosen, keeps))

tt_tensor tt_gelu(tt_tensor x, bool tanh_approximation) {
    return guarded([&] { return at::gelu(x->value, tanh_approximation ? "tanh" : "none"); });
}

tt_tensor tt_clamp(tt_tensor x, double low, double high) {
    return guarded([&] { return at::clamp(x->value, low, high); });
}

tt_tensor tt_scalar(double value) {
    return guarded([&] {
        auto x = at::scalar_tensor(value, at::kDouble);
        // As Python's numbers: a tensor with fewer axes never widens the other operand within its kind.
        x.unsafeGetTensorImpl()->set_wrapped_number(true);
        return x;
    });
}

tt_tensor tt_where(tt_tensor condition, tt_tensor x, tt_tensor y) {
    return guarded([&] { return at::where(condition->value, x->value, y->value); });
}

tt_tensor tt_masked_fill(tt_tensor x, tt_tensor mask, double value) {
    return guarded([&] { return at::masked_fill(x->value, mask->value, value); });
}

tt_tensor tt_argmax(tt_tensor x, int64_t axis) {
    return guarded([&] { return at::argmax(x->value, axis); });
}

tt_tensor tt_cumulative_sum(tt_tensor x, int64_t axis) {
    return guarded([&] { return at::cumsum(x->value, axis); });
}

tt_tensor tt_softmax(tt_tensor x, int64_t axis) {
    return guarded([&] { return at::softmax(x->value, axis); });
}

tt_tensor tt_log_softmax(tt_tensor x, int64_t axis) {
    return guarded([&] { return at::log_softmax(x->value, axis); });
}

// Hands out a pair of tensors.
template <class Body> static bool pair(tt_tensor *values, tt_tensor *places, Body body) {
    return succeeds([&] {
        auto [first, second] = body();
        auto kept = std::make_unique<tt_tensor_s>(tt_tensor_s{first});
        *places = new tt_tensor_s{second};
        *values = kept.release();
    });
}

bool tt_top(tt_tensor x, int64_t count, int64_t axis, tt_tensor *values, tt_tensor *places) {
    return pair(values, places, [&] { return at::topk(x->value, count, axis); });
}

bool tt_sort(tt_tensor x, int64_t axis, bool descending, tt_tensor *values, tt_tensor *places) {
    return pair(values, places, [&] { return at::sort(x->value, /*stable=*/true, axis, descending); });
}
