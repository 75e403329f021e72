package import TesseraCore
package import TesseraFiles

extension Normalizer {
    /// The component of a `tokenizer.json`.
    ///
    /// - Throws: `LocatedError` when such a file has no component that does the same.
    package func json() throws(LocatedError) -> JSONValue {
        switch self {
        case .bert(let cleansText, let spacesChinese, let stripsAccents, let lowercases):
            [
                "type": "BertNormalizer", "clean_text": .bool(cleansText),
                "handle_chinese_chars": .bool(spacesChinese),
                "strip_accents": stripsAccents.map { .bool($0) } ?? .null, "lowercase": .bool(lowercases),
            ]
        case .strip(let left, let right):
            ["type": "Strip", "strip_left": .bool(left), "strip_right": .bool(right)]
        case .stripAccents: ["type": "StripAccents"]
        case .unicode(let form): ["type": .string(form.rawValue)]
        case .lowercase: ["type": "Lowercase"]
        case .nmt: ["type": "Nmt"]
        case .precompiled(let map):
            ["type": "Precompiled", "precompiled_charsmap": .string(Base64.encode(map))]
        case .replace(let pattern, let content):
            ["type": "Replace", "pattern": pattern.json, "content": .string(content)]
        case .prepend(let text): ["type": "Prepend", "prepend": .string(text)]
        case .byteLevel: ["type": "ByteLevel"]
        case .sentencePiece(let normalization): try normalization.parts().json()
        case .sequence(let parts):
            [
                "type": "Sequence",
                "normalizers": .array(try parts.map { part throws(LocatedError) in try part.json() }),
            ]
        }
    }
}

extension SentencePieceNormalization {
    /// The same in components of Hugging Face.
    ///
    /// They differ from SentencePiece inside grapheme clusters that its character map changes in part, and
    /// where a token found in the text ends a part of it: the next part then gets a prefix of its own.
    ///
    /// - Throws: `LocatedError` for the space at the end of words, which no component puts there.
    func parts() throws(LocatedError) -> Normalizer {
        guard !treatsWhitespaceAsSuffix || !addsDummyPrefix else {
            throw LocatedError(
                field: "normalizer",
                problem:
                    "the model puts the space behind words (treat_whitespace_as_suffix), and no component of "
                    + "tokenizer.json does that",
                remedy: "save it as a .model")
        }
        var parts: [Normalizer] = []
        if !characterMap.isEmpty { parts.append(.precompiled(characterMap)) }
        if removesExtraWhitespace {
            parts.append(.replace(.expression("^ +| +$"), with: ""))
            parts.append(.replace(.expression(" {2,}"), with: " "))
        }
        let space = escapesWhitespace ? "\u{2581}" : " "
        if addsDummyPrefix { parts.append(.prepend(space)) }
        if escapesWhitespace { parts.append(.replace(.string(" "), with: space)) }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }
}

extension TextPattern {
    /// The pattern of `Split` and `Replace`.
    var json: JSONValue {
        switch self {
        case .string(let text): ["String": .string(text)]
        case .expression(let source): ["Regex": .string(source)]
        }
    }
}
