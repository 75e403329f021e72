// The part of libtorch that Tessera trains with, as plain C functions over opaque tensors.
//
// A function that returns a tensor returns null when libtorch refuses, one that returns `bool` returns false;
// `tt_failure` then says why. No C++ exception crosses this border. Every tensor returned is new, shares memory
// with its operands where the operation of libtorch does, and is let go with `tt_release`. Arguments are not null
// unless a comment says so. Axes may be negative: they then count from the last.
#ifndef TESSERA_TORCH_H
#define TESSERA_TORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tt_tensor_s *tt_tensor;
typedef struct tt_generator_s *tt_generator;
typedef struct tt_group_s *tt_group;

// What went wrong in the last function of this thread that failed; valid until the next one fails.
const char *tt_failure(void);

// ---------------------------------------------------------------------------------------------------------
// Machine

typedef enum tt_device_kind { TT_CPU, TT_CUDA, TT_MPS } tt_device_kind;

typedef struct tt_device {
    tt_device_kind kind;
    int32_t index;
} tt_device;

// Such as "2.15.0".
const char *tt_version(void);

// How many devices of a kind there are. The first question about CUDA loads its libraries, if they are installed.
int32_t tt_device_count(tt_device_kind kind);

// The threads that an operation on the CPU uses.
int32_t tt_thread_count(void);
bool tt_set_thread_count(int32_t count);
// Has the C library keep large blocks that are freed for the next who asks (glibc; nothing elsewhere).
void tt_keep_freed_memory(void);

// ---------------------------------------------------------------------------------------------------------
// Tensors

typedef enum tt_type {
    TT_FLOAT32,
    TT_FLOAT64,
    TT_FLOAT16,
    TT_BFLOAT16,
    TT_INT64,
    TT_INT32,
    TT_INT16,
    TT_INT8,
    TT_UINT8,
    TT_BOOL,
    TT_OTHER
} tt_type;

void tt_release(tt_tensor x);

size_t tt_axis_count(tt_tensor x);
// Writes `tt_axis_count` lengths.
void tt_lengths(tt_tensor x, int64_t *lengths);
tt_type tt_type_of(tt_tensor x);
tt_device tt_device_of(tt_tensor x);

// Bytes of one number; 0 for TT_OTHER.
size_t tt_bytes_per_number(tt_type type);

// A copy of `byte_count` bytes, row-major, at any address; refused when the shape calls for another number.
tt_tensor tt_from_bytes(
    const void *bytes, size_t byte_count, const int64_t *lengths, size_t axes, tt_type type, tt_device device);
// Writes the numbers, row-major; refused when `byte_count` is not what they take.
bool tt_to_bytes(tt_tensor x, void *bytes, size_t byte_count);
// The only number of a tensor that has one.
bool tt_item(tt_tensor x, double *value);

tt_tensor tt_full(double value, const int64_t *lengths, size_t axes, tt_type type, tt_device device);
tt_tensor tt_arange(double start, double end, double step, tt_type type, tt_device device);
tt_tensor tt_converted(tt_tensor x, tt_type type);
tt_tensor tt_moved(tt_tensor x, tt_device device);
// A copy that shares no memory.
tt_tensor tt_clone(tt_tensor x);
// Writes the numbers of `source` into `x`, in place; shapes must fit by broadcasting.
bool tt_copy_into(tt_tensor x, tt_tensor source);

// ---------------------------------------------------------------------------------------------------------
// Random numbers

tt_generator tt_make_generator(uint64_t seed, tt_device device);
void tt_release_generator(tt_generator generator);
// Seeds the generators that dropout draws from, on every device.
bool tt_seed(uint64_t seed);

tt_tensor tt_normal(
    double mean, double deviation, const int64_t *lengths, size_t axes, tt_type type, tt_generator generator);
tt_tensor tt_uniform(
    double low, double high, const int64_t *lengths, size_t axes, tt_type type, tt_generator generator);
// Whole numbers in low ..< high.
tt_tensor tt_integers(
    int64_t low, int64_t high, const int64_t *lengths, size_t axes, tt_type type, tt_generator generator);
// 0 ..< count in random order.
tt_tensor tt_permutation(int64_t count, tt_generator generator);
// `count` columns of each row of `weights`, drawn in proportion to them.
tt_tensor tt_multinomial(tt_tensor weights, int64_t count, bool replacement, tt_generator generator);

// ---------------------------------------------------------------------------------------------------------
// Number by number

tt_tensor tt_neg(tt_tensor x);
tt_tensor tt_abs(tt_tensor x);
tt_tensor tt_exp(tt_tensor x);
tt_tensor tt_log(tt_tensor x);
tt_tensor tt_sqrt(tt_tensor x);
tt_tensor tt_rsqrt(tt_tensor x);
tt_tensor tt_sin(tt_tensor x);
tt_tensor tt_cos(tt_tensor x);
tt_tensor tt_tanh(tt_tensor x);
tt_tensor tt_sigmoid(tt_tensor x);
tt_tensor tt_relu(tt_tensor x);
tt_tensor tt_silu(tt_tensor x);
tt_tensor tt_gelu(tt_tensor x, bool tanh_approximation);
tt_tensor tt_round(tt_tensor x);
tt_tensor tt_floor(tt_tensor x);
tt_tensor tt_isfinite(tt_tensor x);
tt_tensor tt_logical_not(tt_tensor x);
tt_tensor tt_clamp(tt_tensor x, double low, double high);

tt_tensor tt_add(tt_tensor x, tt_tensor y);
tt_tensor tt_sub(tt_tensor x, tt_tensor y);
tt_tensor tt_mul(tt_tensor x, tt_tensor y);
tt_tensor tt_div(tt_tensor x, tt_tensor y);
tt_tensor tt_pow(tt_tensor x, tt_tensor y);
tt_tensor tt_maximum(tt_tensor x, tt_tensor y);
tt_tensor tt_minimum(tt_tensor x, tt_tensor y);
tt_tensor tt_eq(tt_tensor x, tt_tensor y);
tt_tensor tt_ne(tt_tensor x, tt_tensor y);
tt_tensor tt_lt(tt_tensor x, tt_tensor y);
tt_tensor tt_le(tt_tensor x, tt_tensor y);
tt_tensor tt_logical_and(tt_tensor x, tt_tensor y);
tt_tensor tt_logical_or(tt_tensor x, tt_tensor y);
// A tensor without axes that takes the other operand's type: what a number becomes beside a tensor.
tt_tensor tt_scalar(double value);

tt_tensor tt_where(tt_tensor condition, tt_tensor x, tt_tensor y);
tt_tensor tt_masked_fill(tt_tensor x, tt_tensor mask, double value);

// ---------------------------------------------------------------------------------------------------------
// Along axes; no axes means all of them

tt_tensor tt_sum(tt_tensor x, const int64_t *axes, size_t count, bool keeps);
tt_tensor tt_mean(tt_tensor x, const int64_t *axes, size_t count, bool keeps);
tt_tensor tt_variance(tt_tensor x, const int64_t *axes, size_t count, bool keeps);
tt_tensor tt_max(tt_tensor x, const int64_t *axes, size_t count, bool keeps);
tt_tensor tt_min(tt_tensor x, const int64_t *axes, size_t count, bool keeps);
tt_tensor tt_log_sum_exp(tt_tensor x, const int64_t *axes, size_t count, bool keeps);
tt_tensor tt_norm(tt_tensor x, const int64_t *axes, size_t count, bool keeps);
tt_tensor tt_all(tt_tensor x);
tt_tensor tt_any(tt_tensor x);
tt_tensor tt_argmax(tt_tensor x, int64_t axis);
tt_tensor tt_cumulative_sum(tt_tensor x, int64_t axis);
tt_tensor tt_softmax(tt_tensor x, int64_t axis);
tt_tensor tt_log_softmax(tt_tensor x, int64_t axis);
// The `count` largest along an axis, largest first, with their places.
bool tt_top(tt_tensor x, int64_t count, int64_t axis, tt_tensor *values, tt_tensor *places);
bool tt_sort(tt_tensor x, int64_t axis, bool descending, tt_tensor *values, tt_tensor *places);

// ---------------------------------------------------------------------------------------------------------
// Shapes and places

tt_tensor tt_reshape(tt_tensor x, const int64_t *lengths, size_t axes);
tt_tensor tt_expand(tt_tensor x, const int64_t *lengths, size_t axes);
tt_tensor tt_permute(tt_tensor x, const int64_t *order, size_t axes);
tt_tensor tt_transpose(tt_tensor x, int64_t first, int64_t second);
tt_tensor tt_unsqueeze(tt_tensor x, int64_t axis);
tt_tensor tt_squeeze(tt_tensor x, int64_t axis);
tt_tensor tt_contiguous(tt_tensor x);
tt_tensor tt_flip(tt_tensor x, int64_t axis);
// Moved along an axis by so many places; what leaves at the end comes in at the start.
tt_tensor tt_roll(tt_tensor x, int64_t places, int64_t axis);
tt_tensor tt_repeat_interleave(tt_tensor x, int64_t times, int64_t axis);
tt_tensor tt_triu(tt_tensor x, int64_t diagonal);
tt_tensor tt_tril(tt_tensor x, int64_t diagonal);
tt_tensor tt_select(tt_tensor x, int64_t axis, int64_t place);
// Places start ..< end; INT64_MAX as the end means all that follow.
tt_tensor tt_slice(tt_tensor x, int64_t axis, int64_t start, int64_t end);
// Writes `count` equal parts of an axis, one after another; refused when its length is no multiple of `count`.
bool tt_chunk(tt_tensor x, int64_t count, int64_t axis, tt_tensor *parts);
tt_tensor tt_concatenate(const tt_tensor *list, size_t count, int64_t axis);
tt_tensor tt_stack(const tt_tensor *list, size_t count, int64_t axis);
tt_tensor tt_gather(tt_tensor x, int64_t axis, tt_tensor places);
tt_tensor tt_index_select(tt_tensor x, int64_t axis, tt_tensor places);
tt_tensor tt_index_add(tt_tensor x, int64_t axis, tt_tensor places, tt_tensor source);
tt_tensor tt_one_hot(tt_tensor x, int64_t classes);
tt_tensor tt_nonzero(tt_tensor x);

// ---------------------------------------------------------------------------------------------------------
// Layers and losses

tt_tensor tt_matmul(tt_tensor x, tt_tensor y);
// x weight^T + bias; `bias` may be null.
tt_tensor tt_linear(tt_tensor x, tt_tensor weight, tt_tensor bias);
tt_tensor tt_embedding(tt_tensor weight, tt_tensor places);
// Over the axes of `weight`, which are the last of x.
tt_tensor tt_rms_norm(tt_tensor x, tt_tensor weight, double epsilon);
// `bias` may be null.
tt_tensor tt_layer_norm(tt_tensor x, tt_tensor weight, tt_tensor bias, double epsilon);
tt_tensor tt_dropout(tt_tensor x, double probability);
// softmax(q k^T scale + mask) v over [..., heads, time, size]. `mask` may be null; with `grouped`, several heads
// of q share one of k and v.
tt_tensor tt_attention(
    tt_tensor q, tt_tensor k, tt_tensor v, tt_tensor mask, double dropout, bool causal, double scale, bool grouped);
// Mean or sum of -log softmax(logits)[target] in nats, over [rows, classes]; targets of `ignored` do not count.
tt_tensor tt_cross_entropy(tt_tensor logits, tt_tensor targets, int64_t ignored, bool mean, double smoothing);
// The same, one number a row.
tt_tensor tt_cross_entropy_rows(tt_tensor logits, tt_tensor targets, int64_t ignored);
tt_tensor tt_mean_squared_error(tt_tensor x, tt_tensor y);
// From logits.
tt_tensor tt_binary_cross_entropy(tt_tensor logits, tt_tensor targets);

// ---------------------------------------------------------------------------------------------------------
// Gradients

bool tt_requires_gradient(tt_tensor x);
bool tt_set_requires_gradient(tt_tensor x, bool wanted);
// Adds d x / d leaf to the gradient of every leaf that x was computed from.
bool tt_backward(tt_tensor x);
// Null without a failure when there is none yet.
tt_tensor tt_gradient(tt_tensor x);
bool tt_has_gradient(tt_tensor x);
bool tt_clear_gradient(tt_tensor x);
tt_tensor tt_detach(tt_tensor x);

// Whether this thread records what gradients need; both return what it was.
bool tt_record_gradients(bool wanted);
bool tt_records_gradients(void);

// Lets products of this thread run in `type` on devices of a kind (autocast); returns what it was.
typedef struct tt_autocast {
    bool enabled;
    tt_type type;
} tt_autocast;
tt_autocast tt_set_autocast(tt_device_kind kind, tt_autocast wanted);
// Marks the beginning and end of a region: weights that were converted inside are let go at the end.
void tt_begin_autocast(void);
void tt_end_autocast(void);

// ---------------------------------------------------------------------------------------------------------
// Optimisers; all lists have `count` tensors

typedef struct tt_adamw {
    double rate;
    double beta1;
    double beta2;
    double epsilon;
    double weight_decay;
    int64_t step;  // the number of the step taken now, from 1
} tt_adamw;

// One step of Adam in place, with decoupled weight decay; all tensors lie on one device.
bool tt_adamw_step(
    const tt_tensor *parameters, const tt_tensor *gradients, const tt_tensor *first_moments,
    const tt_tensor *second_moments, size_t count, tt_adamw options);
// Scales the gradients in place by `factor`, and further so that the norm of them all is at most `limit`; writes the norm
// that `factor` alone gives them, and leaves them alone where that is not finite.
bool tt_clip_gradients(const tt_tensor *gradients, size_t count, double factor, double limit, double *norm);

// ---------------------------------------------------------------------------------------------------------
// Several processes that compute together. All call the same functions in the same order, on tensors of the same shapes
// on the CPU; each waits for the others, at most as long as the meeting says, and fails when one of them is lost.

// Where processes meet, and which of them this one is.
typedef struct tt_meeting {
    const char *host;
    uint16_t port;
    int32_t rank;
    int32_t size;
    bool keeps_place;       // whether this process listens at the port; one of them does, or somebody else
    const char *prefix;     // tells the meeting from others at the same place; may be null
    const char *interface;  // the network interface to use, such as "eth0"; null to find one
    int64_t timeout;        // milliseconds; for meeting, five minutes at most
} tt_meeting;

// Null, with the reason in `tt_failure`, when not all of them come in time.
tt_group tt_join_group(tt_meeting meeting);
void tt_leave_group(tt_group group);
// Replaces every number by the sum, or the mean, of those of all processes.
bool tt_all_reduce(tt_group group, const tt_tensor *list, size_t count, bool mean);
// Replaces every number by that of the process `root`.
bool tt_broadcast(tt_group group, const tt_tensor *list, size_t count, int32_t root);
bool tt_barrier(tt_group group);

#ifdef __cplusplus
}
#endif

#endif
