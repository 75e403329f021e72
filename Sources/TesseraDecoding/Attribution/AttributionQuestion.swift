public import TesseraCore

/// A context and a token after it, about which it is asked where its probability comes from.
public struct AttributionQuestion: Hashable, Sendable {
    /// The tokens before the target.
    public var context: [TokenID]

    /// The token to be explained.
    public var target: TokenID

    /// Positions that are never replaced, such as that of the beginning-of-text token.
    public var fixed: Set<Int>

    /// Asks about a token.
    public init(context: [TokenID], target: TokenID, fixed: Set<Int> = []) {
        self.context = context
        self.target = target
        self.fixed = fixed
    }

    /// The positions that may be replaced.
    var positions: [Int] { context.indices.filter { !fixed.contains($0) } }

    /// Refuses what cannot be answered.
    ///
    /// - Throws: `LocatedError` for a context of fewer than two tokens that may be replaced, ids outside of the model's
    ///   vocabulary, and options out of range.
    package func validate(_ options: AttributionOptions, vocabularySize: Int) throws(LocatedError) {
        func check(_ holds: Bool, _ field: String, _ problem: String, _ remedy: String) throws(LocatedError) {
            guard holds else { throw LocatedError(field: field, problem: problem, remedy: remedy) }
        }
        let count = positions.count
        try check(
            count >= 2, "text", "\(count) tokens before the target are too few to be compared",
            "give a longer text")
        try check(
            (context + [target]).allSatisfy { Int($0) < vocabularySize }, "tokens",
            "an id is outside of the model's \(vocabularySize) tokens",
            "use the tokenizer that belongs to the model")
        try check(
            (1...1_000).contains(options.replicas), "--replicas", "\(options.replicas) is not allowed",
            "give a count from 1 to 1,000")
        try check(
            options.ratio >= 0 && options.ratio <= 1, "--ratio", "\(options.ratio) is not allowed",
            "give a share from 0 to 1, such as 0.1")
        try check(
            (1...1_000_000).contains(options.steps), "--steps", "\(options.steps) is not allowed",
            "give a count from 1 to 1,000,000")
        try check(
            options.kept.map { (1..<count).contains($0) } ?? true, "--top",
            "\(options.kept ?? 0) is not below the \(count) tokens that may be replaced",
            "give a count from 1 to \(count - 1)")
        try check(
            options.tolerance >= 1, "--tolerance", "\(options.tolerance) is not allowed",
            "give a count of at least 1, such as 3")
        try check(
            (1...10_000).contains(options.draws), "--draws", "\(options.draws) is not allowed",
            "give a count from 1 to 10,000")
    }
}
