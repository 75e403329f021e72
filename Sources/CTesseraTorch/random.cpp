// Random numbers: generators with a seed, and what is drawn from them.
#include "handle.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/multinomial.h>
#include <ATen/ops/randperm.h>

using namespace tessera;

tt_generator tt_make_generator(uint64_t seed, tt_device where) {
    tt_generator generator = nullptr;
    succeeds([&] {
        auto made = at::globalContext().defaultGenerator(device(where)).clone();
        made.set_current_seed(seed);
        generator = new tt_generator_s{made};
    });
    return generator;
}

void tt_release_generator(tt_generator generator) { delete generator; }

bool tt_seed(uint64_t seed) {
    return succeeds([&] { at::manual_seed(seed); });
}

// An unfilled tensor on the generator's device.
static at::Tensor unfilled(const int64_t *lengths, size_t axes, tt_type type, tt_generator generator) {
    return at::empty(
        list(lengths, axes), at::TensorOptions().dtype(scalar_type(type)).device(generator->value.device()));
}

tt_tensor tt_normal(
    double mean, double deviation, const int64_t *lengths, size_t axes, tt_type type, tt_generator generator) {
    return guarded([&] {
        return unfilled(lengths, axes, type, generator).normal_(mean, deviation, generator->value);
    });
}

tt_tensor tt_uniform(
    double low, double high, const int64_t *lengths, size_t axes, tt_type type, tt_generator generator) {
    return guarded([&] {
        return unfilled(lengths, axes, type, generator).uniform_(low, high, generator->value);
    });
}

tt_tensor tt_integers(
    int64_t low, int64_t high, const int64_t *lengths, size_t axes, tt_type type, tt_generator generator) {
    return guarded([&] {
        return unfilled(lengths, axes, type, generator).random_(low, high, generator->value);
    });
}

tt_tensor tt_permutation(int64_t count, tt_generator generator) {
    return guarded([&] {
        return at::randperm(
            count, generator->value, at::TensorOptions().dtype(at::kLong).device(generator->value.device()));
    });
}

tt_tensor tt_multinomial(tt_tensor weights, int64_t count, bool replacement, tt_generator generator) {
    return guarded([&] { return at::multinomial(weights->value, count, replacement, generator->value); });
}
