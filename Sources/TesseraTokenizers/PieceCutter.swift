package import TesseraCore

/// Cuts text into the pieces that a model sees, as training needs them.
package struct PieceCutter: Sendable {
    /// Whether the pre-tokenizer spells bytes; pieces are then the bytes themselves.
    package let spellsBytes: Bool

    /// The rule that cuts text as it is; nil when only the general way does.
    private let rule: SplitRule?
    /// The normalization form that texts must already have for `rule` to cut them.
    private let form: UnicodeNormalization?
    private let normalizer: NormalizerProgram?
    private let preTokenizer: PreTokenizerProgram?
    private let alphabet = ByteAlphabet()

    /// Makes a cutter of the parts of a tokenizer.
    ///
    /// - Throws: `LocatedError` naming the part that cannot work.
    package init(normalizer: Normalizer?, preTokenizer: PreTokenizer?) throws(LocatedError) {
        spellsBytes = preTokenizer?.endsWithBytes ?? false
        var rule = try SplitRule(compiling: preTokenizer)
        var form: UnicodeNormalization?
        if let normalizer {
            if case .unicode(let known) = normalizer.single {
                form = UnicodeNormalization(known)
            } else {
                rule = nil
            }
            self.normalizer = try NormalizerProgram(normalizer)
        } else {
            self.normalizer = nil
        }
        self.rule = rule
        self.form = form
        if let preTokenizer {
            self.preTokenizer = try PreTokenizerProgram(preTokenizer)
        } else {
            self.preTokenizer = nil
        }
    }

    /// Calls `body` with every piece of `text`, in order.
    ///
    /// A piece is given as the bytes themselves where the tokenizer spells bytes, else as the normalized text in UTF-8.
    /// Ill-formed UTF-8 counts as U+FFFD.
    package func forEachPiece(
        of text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        withValidUTF8(text) { text in
            if let rule, form?.leavesUnchanged(text) ?? true {
                rule.forEachPiece(of: text, in: 0..<text.count) { body(text.bytes($0)) }
            } else {
                forEachGeneralPiece(of: text, body)
            }
        }
    }

    private func forEachGeneralPiece(of text: UTF8Text, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        var aligned = AlignedText(text, in: 0..<text.count, tracksOrigins: false)
        normalizer?.apply(to: &aligned)
        guard aligned.count > 0 else { return }
        var pieces = [0..<aligned.count]
        preTokenizer?.cut(&aligned, into: &pieces)
        var bytes: [UInt8] = []
        aligned.withText { text in
            for piece in pieces {
                guard spellsBytes else {
                    body(text.bytes(piece))
                    continue
                }
                bytes.removeAll(keepingCapacity: true)
                alphabet.appendBytes(of: UnsafeRawBufferPointer(text.bytes(piece)), to: &bytes)
                bytes.withUnsafeBufferPointer(body)
            }
        }
    }

    /// The character by which byte-level vocabularies spell `byte`.
    package func spelling(of byte: UInt8) -> [UInt8] {
        var spelling: [UInt8] = []
        alphabet.appendSpelling(of: byte, to: &spelling)
        return spelling
    }
}
