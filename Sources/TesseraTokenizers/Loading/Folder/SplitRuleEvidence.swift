internal import TesseraCore

extension BytePairDefinition {
    /// Refuses a byte-level vocabulary that was not learned from text cut by `rule`.
    ///
    /// Merges are learned inside pieces, so text cut by the vocabulary's own rule leaves every token whole. Of the
    /// published vocabularies, GPT-2's rule cuts none of the tokens of those that use it, and 0.4 to 22 % of the tokens
    /// of the others (`;` with a line end behind it, a letter with a full stop before it).
    ///
    /// - Throws: `LocatedError` when more than one token in a thousand is cut.
    func checkTokens(areLeftWholeBy rule: SplitRule, named name: String) throws(LocatedError) {
        let alphabet = ByteAlphabet()
        var (checked, cut) = (0, 0)
        var example: String?
        var bytes: [UInt8] = []
        for merge in merges {
            bytes.removeAll(keepingCapacity: true)
            vocabulary.withSpelling(of: Int(merge.made)) { alphabet.appendBytes(of: $0, to: &bytes) }
            // Parts of characters do not tell.
            guard firstInvalidUTF8Offset(in: bytes) == nil else { continue }
            checked += 1
            guard rule.pieceCount(of: bytes) > 1 else { continue }
            cut += 1
            example = example ?? String(decoding: bytes, as: UTF8.self)
        }
        guard let example, cut * 1000 > checked else { return }
        throw LocatedError(
            field: "vocabulary",
            problem:
                "\(cut) of \(checked) tokens, such as \(example.debugDescription), are cut by \(name)'s rule, and the "
                + "files do not say how text is cut",
            remedy: "save the model's tokenizer.json beside them")
    }
}

extension SplitRule {
    /// How many pieces a text is cut into.
    fileprivate func pieceCount(of text: [UInt8]) -> Int {
        text.withUnsafeBufferPointer { bytes in
            withValidUTF8(bytes) { text in
                var count = 0
                forEachPiece(of: text, in: 0..<text.count) { _ in count += 1 }
                return count
            }
        }
    }
}
