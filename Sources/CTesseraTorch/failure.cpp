#include "handle.hpp"

#include <string>

namespace {

thread_local std::string last_failure;

}  // namespace

namespace tessera {

void remember(const std::exception &error) noexcept {
    try {
        // libtorch adds where in its own source the error was raised, and a backtrace.
        auto *raised = dynamic_cast<const c10::Error *>(&error);
        last_failure = raised ? raised->what_without_backtrace() : error.what();
    } catch (...) {
        last_failure.clear();
    }
}

void remember_unknown() noexcept { last_failure.clear(); }

}  // namespace tessera

const char *tt_failure(void) { return last_failure.c_str(); }
