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
        let count = positions.count
        try check(
            count >= 2, "text",
            "\(count) token\(count == 1 ? "" : "s") before the target cannot be compared",
            "give a longer text")
        try check(
            (context + [target]).allSatisfy { Int($0) < vocabularySize }, "tokens",
            "an id is outside of the model's \(vocabularySize) tokens",
            "use the tokenizer that belongs to the model")
        try check(
            options.kept.map { (1..<count).contains($0) } ?? true, "--top",
            "\(options.kept ?? 0) is not below the \(count) tokens that may be replaced",
            "give a count from 1 to \(count - 1)")
        try options.validate()
    }
}

extension AttributionOptions {
    /// Refuses values out of range, whatever the question.
    package func validate() throws(LocatedError) {
        try check(
            (1...1_000).contains(replicas), "--replicas", "\(replicas) is not allowed",
            "give a count from 1 to 1,000")
        try check(
            ratio >= 0 && ratio <= 1, "--ratio", "\(ratio) is not allowed",
            "give a share from 0 to 1, such as 0.1")
        try check(
            (1...1_000_000).contains(steps), "--steps", "\(steps) is not allowed",
            "give a count from 1 to 1,000,000")
        try check(
            tolerance >= 1, "--tolerance", "\(tolerance) is not allowed",
            "give a count of at least 1, such as 3")
        try check(
            (1...10_000).contains(draws), "--draws", "\(draws) is not allowed",
            "give a count from 1 to 10,000")
    }
}

private func check(
    _ holds: Bool, _ field: String, _ problem: String, _ remedy: String
) throws(LocatedError) {
    guard holds else { throw LocatedError(field: field, problem: problem, remedy: remedy) }
}
