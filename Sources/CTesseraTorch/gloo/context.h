// The names of Gloo that c10d's header ProcessGroupGloo.hpp needs.
//
// libtorch contains Gloo, but comes without its headers. These only declare: no object of these classes is made, and no
// table of their functions is written, outside of libtorch.
#ifndef TESSERA_GLOO_CONTEXT_H
#define TESSERA_GLOO_CONTEXT_H

#include <chrono>

namespace gloo {

namespace transport {
class Device;
class UnboundBuffer;
}  // namespace transport

class Context {
public:
    void setTimeout(std::chrono::milliseconds timeout);
};

}  // namespace gloo

#endif
