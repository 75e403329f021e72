extension ServerMetrics {
    /// Everything in Prometheus's text format 0.0.4.
    package var prometheusText: String {
        var text = ""
        func line(_ kind: String, _ name: String, _ help: String, _ value: Int) {
            text +=
                "# HELP tessera_\(name) \(help)\n# TYPE tessera_\(name) \(kind)\ntessera_\(name) \(value)\n"
        }
        line("counter", "requests_total", "Requests for text that were taken.", requests.total)
        line(
            "counter", "requests_refused_total", "Requests refused because the queue was full.", refused.total
        )
        line("counter", "requests_failed_total", "Requests that failed while running.", failed.total)
        line("counter", "texts_finished_total", "Texts that came to an end.", finished.total)
        line("counter", "texts_cancelled_total", "Texts that nobody wanted any more.", cancelled.total)
        line(
            "counter", "texts_preempted_total", "Texts that gave their cache pages to others for a while.",
            preempted.total)
        line("counter", "prompt_tokens_total", "Prompt tokens read.", promptTokens.total)
        line("counter", "prompt_tokens_reused_total", "Prompt tokens found in the cache.", reusedTokens.total)
        line("counter", "generated_tokens_total", "Tokens generated.", generatedTokens.total)
        line("counter", "model_passes_total", "Passes of the model.", passes.total)
        line("counter", "model_pass_tokens_total", "Tokens read in all passes.", passTokens.total)
        line(
            "counter", "embedding_requests_total", "Requests for vectors that were taken.",
            embeddingRequests.total)
        line("counter", "embedding_tokens_total", "Tokens of texts that got a vector.", embeddedTokens.total)
        line("gauge", "embedding_texts_waiting", "Texts that wait for their vectors.", queuedInputs.now)
        line("counter", "grammars_compiled_total", "Grammars compiled.", grammarsCompiled.total)
        line("counter", "grammars_reused_total", "Grammars found compiled.", grammarsReused.total)
        line("counter", "grammars_refused_total", "Grammars that cannot be used.", grammarsRefused.total)
        line("gauge", "grammars_kept", "Compiled grammars in memory.", grammarCount.now)
        line("gauge", "grammars_kept_bytes", "The bytes of compiled grammars in memory.", grammarBytes.now)
        line("gauge", "texts_waiting", "Texts that wait to run.", queued.now)
        line("gauge", "texts_running", "Texts that run.", running.now)
        line("gauge", "connections", "Open connections.", connections.now)
        line("gauge", "cache_held_bytes", "Cache pages held by texts.", cacheHeld.now)
        line("gauge", "cache_idle_bytes", "Cache pages kept for texts that begin alike.", cacheIdle.now)
        line(
            "gauge", "cache_limit_bytes", "The most bytes of cache pages; 0 without a limit.", cacheLimit.now)
        line("gauge", "cache_page_bytes", "The bytes of a cache page.", pageBytes.now)
        line("gauge", "cache_page_tokens", "The tokens of a cache page.", pageTokens.now)
        histogram(
            "time_to_first_token_seconds", "From a request to its first token.", firstTokenSeconds, &text)
        histogram("time_per_token_seconds", "From one token of a text to the next.", tokenSeconds, &text)
        histogram("text_seconds", "From a request to the end of a text.", textSeconds, &text)
        histogram(
            "embedding_text_seconds", "Computing the vector of a text, its turn at the cores included.",
            embeddingSeconds, &text)
        histogram("grammar_compile_seconds", "Compiling a grammar.", grammarSeconds, &text)
        histogram("grammar_mask_seconds", "The mask of a token of a text with a grammar.", maskSeconds, &text)
        histogram("model_pass_seconds", "Passes of the model.", passSeconds, &text)
        return text
    }

    private func histogram(_ name: String, _ help: String, _ histogram: Histogram, _ text: inout String) {
        let name = "tessera_\(name)"
        let (cumulative, sum, total) = histogram.snapshot
        text += "# HELP \(name) \(help)\n# TYPE \(name) histogram\n"
        for (bound, count) in zip(histogram.bounds, cumulative) {
            text += "\(name)_bucket{le=\"\(bound)\"} \(count)\n"
        }
        text += "\(name)_bucket{le=\"+Inf\"} \(total)\n\(name)_sum \(sum)\n\(name)_count \(total)\n"
    }
}
