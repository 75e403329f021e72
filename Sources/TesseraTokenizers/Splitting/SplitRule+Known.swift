extension SplitRule {
    /// GPT-2's rule.
    public static let gpt2 = SplitRule(known: .gpt2, name: "gpt-2")
    /// SmolLM's rule, also StarCoder's: every digit alone, then GPT-2's.
    public static let smollm = SplitRule(known: .smollm, name: "smollm")
    /// Llama 3's rule.
    public static let llama3 = SplitRule(known: .llama3, name: "llama-bpe")
    /// Qwen 2's rule: Llama 3's with every digit alone.
    public static let qwen2 = SplitRule(known: .qwen2, name: "qwen2")

    /// A rule under a name of `tokenizer.ggml.pre`; compiled when asked for.
    struct Named: Sendable {
        let name: String
        let preTokenizer: PreTokenizer

        var rule: SplitRule { SplitRule(known: preTokenizer, name: name) }
    }

    /// The rules by the names of `tokenizer.ggml.pre`; several models share a rule.
    static var byName: [Named] {
        PreTokenizer.llamaCppRules.flatMap { rule in
            rule.names.map { Named(name: $0, preTokenizer: rule.preTokenizer) }
        }
    }

    /// The same rule under the name that a file gives it.
    func named(_ name: String) -> SplitRule { SplitRule(self, name: name) }
}
