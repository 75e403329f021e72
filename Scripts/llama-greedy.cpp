// llama-greedy MODEL COUNT THREADS < prompt
//
// Continues the prompt on standard input with llama.cpp, always taking the most likely token, for `bench.py` to
// compare with ours before it times anything. Prints one JSON object: the prompt's ids, the ids that followed, and
// for each of them by how much its logit led the second best, so that a difference at a near tie can be told from
// a wrong result.

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "llama.h"

namespace {

struct Choice {
    llama_token id;
    float lead;
};

Choice choose(const float * logits, int size) {
    int best = 0;
    float second = -std::numeric_limits<float>::infinity();
    for (int id = 1; id < size; ++id) {
        if (logits[id] > logits[best]) {
            second = logits[best];
            best = id;
        } else if (logits[id] > second) {
            second = logits[id];
        }
    }
    return {best, logits[best] - second};
}

// With the special tokens that the model wants around a text, and those spelled in it.
std::vector<llama_token> tokenize(const llama_vocab * vocabulary, const std::string & text) {
    std::vector<llama_token> ids(text.size() + 8);
    const int count =
        llama_tokenize(vocabulary, text.data(), int(text.size()), ids.data(), int(ids.size()), true, true);
    ids.resize(count < 0 ? 0 : count);
    return ids;
}

void print_ids(const char * name, const std::vector<llama_token> & ids) {
    std::printf("\"%s\":[", name);
    for (size_t i = 0; i < ids.size(); ++i) std::printf("%s%d", i ? "," : "", ids[i]);
    std::printf("]");
}

int fail(const char * message) {
    std::fprintf(stderr, "llama-greedy: %s\n", message);
    return 1;
}

}  // namespace

int main(int argc, char ** argv) {
    if (argc != 4) return fail("usage: llama-greedy MODEL COUNT THREADS < prompt");
    const int count = std::atoi(argv[2]), threads = std::atoi(argv[3]);
    const std::string prompt{std::istreambuf_iterator<char>(std::cin), {}};

    llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    llama_backend_init();
    llama_model * model = llama_model_load_from_file(argv[1], llama_model_default_params());
    if (!model) return fail("cannot load the model");
    const llama_vocab * vocabulary = llama_model_get_vocab(model);
    std::vector<llama_token> ids = tokenize(vocabulary, prompt);
    if (ids.empty()) return fail("the prompt is empty");

    llama_context_params params = llama_context_default_params();
    params.n_ctx = uint32_t(ids.size() + count);
    params.n_batch = uint32_t(ids.size());
    params.n_threads = params.n_threads_batch = threads;
    llama_context * context = llama_init_from_model(model, params);
    if (!context) return fail("cannot make a context");

    std::vector<llama_token> tokens;
    std::vector<float> leads;
    llama_batch batch = llama_batch_get_one(ids.data(), int(ids.size()));
    llama_token last = 0;
    while (int(tokens.size()) < count) {
        if (llama_decode(context, batch)) return fail("decoding failed");
        const Choice choice = choose(llama_get_logits_ith(context, -1), llama_vocab_n_tokens(vocabulary));
        last = choice.id;
        tokens.push_back(last);
        leads.push_back(choice.lead);
        batch = llama_batch_get_one(&last, 1);
    }

    std::printf("{");
    print_ids("prompt", ids);
    std::printf(",");
    print_ids("tokens", tokens);
    std::printf(",\"leads\":[");
    for (size_t i = 0; i < leads.size(); ++i) std::printf("%s%.4f", i ? "," : "", leads[i]);
    std::printf("]}\n");
    llama_free(context);
    llama_model_free(model);
    return 0;
}
