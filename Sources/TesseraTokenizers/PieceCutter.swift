package import TesseraCore

/// Cuts text into the pieces that a model sees, as training needs them.
package struct PieceCutter: Sendable {
    private let rule: SplitRule

    /// Makes a cutter of the parts of a tokenizer.
    ///
    /// - Throws: `LocatedError` naming the part that cannot be used.
    package init(normalizer: Normalizer?, preTokenizer: PreTokenizer?) throws(LocatedError) {
        guard normalizer == nil, let rule = try SplitRule(compiling: preTokenizer) else {
            throw LocatedError(
                field: "pre_tokenizer", problem: "training cannot cut text with these parts yet",
                remedy: "use a byte-level split rule without a normalizer")
        }
        self.rule = rule
    }

    /// Calls `body` with every piece of `text`, in order: the bytes themselves where the tokenizer spells bytes, else
    /// the normalized piece in UTF-8.
    package func forEachPiece(
        of text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        withValidUTF8(text) { text in
            rule.forEachPiece(of: text, in: 0..<text.count) { body(text.bytes($0)) }
        }
    }
}
