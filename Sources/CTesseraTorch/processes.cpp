// Several processes that compute together, over c10d's Gloo.
#include "handle.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_mul.h>

#define USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <algorithm>
#include <chrono>
#include <string>

using namespace tessera;
using Gloo = c10d::ProcessGroupGloo;

struct tt_group_s {
    // Lives as long as the group: the first process keeps the meeting place for all.
    c10::intrusive_ptr<c10d::Store> store;
    c10::intrusive_ptr<Gloo> processes;
};

static bool is_loopback(const std::string &host) {
    return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0;
}

tt_group tt_join_group(tt_meeting meeting) {
    tt_group group = nullptr;
    succeeds([&] {
        auto timeout = std::chrono::milliseconds(meeting.timeout);
        c10d::TCPStoreOptions place;
        place.port = meeting.port;
        place.isServer = meeting.keeps_place;
        place.numWorkers = static_cast<size_t>(meeting.size);
        place.timeout = std::min<std::chrono::milliseconds>(timeout, std::chrono::minutes(5));
        auto made = std::make_unique<tt_group_s>();
        made->store = c10::make_intrusive<c10d::TCPStore>(meeting.host, place);
        if (meeting.prefix) made->store = c10::make_intrusive<c10d::PrefixStore>(meeting.prefix, made->store);
        auto options = Gloo::Options::create(timeout);
        options->devices.push_back(
            meeting.interface            ? Gloo::createDeviceForInterface(meeting.interface)
            : is_loopback(meeting.host) ? Gloo::createDeviceForHostname(meeting.host)
                                         : Gloo::createDefaultDevice());
        made->processes = c10::make_intrusive<Gloo>(made->store, meeting.rank, meeting.size, options);
        group = made.release();
    });
    return group;
}

void tt_leave_group(tt_group group) {
    succeeds([&] { delete group; });
}

bool tt_all_reduce(tt_group group, const tt_tensor *list, size_t count, bool mean) {
    return succeeds([&] {
        if (count == 0) return;
        c10::AutoGradMode records(false);
        auto all = tensors(list, count);
        // Put side by side in one block by c10d, and taken apart again.
        group->processes->allreduce_coalesced(all)->wait();
        if (mean) at::_foreach_mul_(all, 1.0 / group->processes->getSize());
    });
}

bool tt_broadcast(tt_group group, const tt_tensor *list, size_t count, int32_t root) {
    return succeeds([&] {
        c10::AutoGradMode records(false);
        c10d::BroadcastOptions options;
        options.rootRank = root;
        for (auto &tensor : tensors(list, count)) {
            std::vector<at::Tensor> one{tensor};
            group->processes->broadcast(one, options)->wait();
        }
    });
}

bool tt_barrier(tt_group group) {
    return succeeds([&] { group->processes->barrier()->wait(); });
}
