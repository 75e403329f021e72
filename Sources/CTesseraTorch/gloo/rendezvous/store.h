// The base class of c10d's GlooStore, with the functions that it overrides; see gloo/context.h.
#ifndef TESSERA_GLOO_RENDEZVOUS_STORE_H
#define TESSERA_GLOO_RENDEZVOUS_STORE_H

#include <chrono>
#include <string>
#include <vector>

namespace gloo::rendezvous {

class Store {
public:
    virtual ~Store();
    virtual void set(const std::string &key, const std::vector<char> &value) = 0;
    virtual std::vector<char> get(const std::string &key) = 0;
    virtual void wait(const std::vector<std::string> &keys) = 0;
    virtual void wait(const std::vector<std::string> &keys, const std::chrono::milliseconds &timeout) = 0;
};

}  // namespace gloo::rendezvous

#endif
