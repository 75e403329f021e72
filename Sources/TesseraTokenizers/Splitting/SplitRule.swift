/// How text is cut into the pieces inside which tokens are merged.
///
/// Each rule is a hand-written matcher of a published regular expression; the name is the one that GGUF files
/// use in `tokenizer.ggml.pre`.
public struct SplitRule: Hashable, Sendable {
    /// The expression that cuts.
    enum Pattern: Hashable, Sendable {
        /// No cut: a text is one piece.
        case none
        /// GPT-2's expression: contractions, then runs of letters, numbers, others and white space.
        case gpt2
        /// Llama 3's expression, with at most this many digits in a piece.
        case llama3(digits: Int)
    }

    let pattern: Pattern

    /// Whether every numeric character is a piece of its own, cut before the pattern is applied.
    let cutsDigits: Bool

    /// The name of the rule.
    public let name: String

    /// GPT-2's rule.
    public static let gpt2 = SplitRule(pattern: .gpt2, cutsDigits: false, name: "gpt-2")
    /// SmolLM's rule, also StarCoder's: every digit alone, then GPT-2's.
    public static let smollm = SplitRule(pattern: .gpt2, cutsDigits: true, name: "smollm")
    /// Llama 3's rule.
    public static let llama3 = SplitRule(pattern: .llama3(digits: 3), cutsDigits: false, name: "llama-bpe")
    /// Qwen 2's rule: Llama 3's with every digit alone.
    public static let qwen2 = SplitRule(pattern: .llama3(digits: 1), cutsDigits: false, name: "qwen2")

    /// The rules by the names of `tokenizer.ggml.pre`; several models share a rule.
    static let byName: [(name: String, rule: SplitRule)] = [
        ("gpt-2", .gpt2), ("mpt", .gpt2), ("olmo", .gpt2),
        ("smollm", .smollm), ("starcoder", .smollm), ("refact", .smollm), ("command-r", .smollm),
        ("codeshell", .smollm), ("exaone", .smollm),
        ("llama-bpe", .llama3), ("llama3", .llama3), ("llama-v3", .llama3),
        ("qwen2", .qwen2), ("deepseek-r1-qwen", .qwen2),
    ]
}

extension SplitRule {
    /// Calls `body` with every piece of `range` of `text`, in order.
    @inline(__always)
    func forEachPiece(of text: UTF8Text, in range: Range<Int>, _ body: (Range<Int>) -> Void) {
        switch (pattern, cutsDigits) {
        case (.none, _): if !range.isEmpty { body(range) }
        case (.gpt2, false): GPT2Splitter(text: text, cutsDigits: false).forEachPiece(in: range, body)
        case (.gpt2, true): GPT2Splitter(text: text, cutsDigits: true).forEachPiece(in: range, body)
        case (.llama3(let digits), _):
            Llama3Splitter(text: text, digits: digits).forEachPiece(in: range, body)
        }
    }
}

extension SplitRule {
    /// The same rule under the name that a file gives it.
    func named(_ name: String) -> SplitRule {
        SplitRule(pattern: pattern, cutsDigits: cutsDigits, name: name)
    }
}

extension SplitRule {
    /// The pieces of `text`, joined its whole; for tests.
    package func pieces(of text: String) -> [String] {
        var text = text
        return text.withUTF8 { bytes in
            withValidUTF8(bytes) { valid in
                var pieces: [String] = []
                forEachPiece(of: valid, in: 0..<valid.count) { range in
                    pieces.append(String(decoding: valid.bytes(range), as: UTF8.self))
                }
                return pieces
            }
        }
    }
}
